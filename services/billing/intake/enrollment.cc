#include "services/billing/intake/enrollment.h"

#include <algorithm>

#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/tables.h"
#include "services/platform/decider/service.h"

namespace afterbell::billing {
namespace {

using enrollment::v1::EnrollmentEvent;
using enrollment::v1::EnrollmentWithdrawn;
using enrollment::v1::PupilEnrolled;

// No term is longer than a school year. The term's own dates lie in the commons, which a fold may not
// read; a month end after the term finds no stay and decides nothing.
constexpr int kMonthsAhead = 12;

// visit(month) for the months whose end a stay may have to wait for.
template <class Visit>
void ForEachMonth(const state::Stay& stay, const Visit& visit) {
  std::string month = MonthOf(stay.enrolled().from_on());
  for (int i = 0; i < kMonthsAhead; ++i, month = NextMonth(month)) visit(month);
}

void FoldEnrolled(const Recorded& recorded, const PupilEnrolled& event, FactRows rows) {
  if (event.product() != enrollment::v1::BASIC_CARE) return;  // The only product with a fee of ours today.
  const std::string& school_id = recorded.commit.school_id();
  const decltype(kEnrollments)::Key key = {school_id, event.pupil_id(), event.enrollment_id()};
  auto enrollment = rows.GetOrEmpty(kEnrollments, key);
  const uint64_t index = recorded.commit.index();
  const auto same = [&](const state::Stay& stay) { return stay.enrolled_index() == index; };
  if (std::any_of(enrollment.stays().begin(), enrollment.stays().end(), same)) return;
  state::Stay& stay = *enrollment.add_stays();
  *stay.mutable_enrolled() = event;
  stay.set_enrolled_index(index);
  ForEachMonth(stay, [&](const std::string& month) {
    SetDeadline(rows, EndOfMonth(month), kMonthEnd,
                MonthEndEntity(school_id, event.pupil_id(), event.enrollment_id(), month));
  });
  rows.Put(kEnrollments, key, std::move(enrollment));
}

void FoldWithdrawn(const Recorded& recorded, const EnrollmentWithdrawn& event, FactRows rows) {
  const std::string& school_id = recorded.commit.school_id();
  const decltype(kEnrollments)::Key key = {school_id, event.pupil_id(), event.enrollment_id()};
  const auto known = rows.Get(kEnrollments, key);
  if (!known) return;
  state::Enrollment enrollment = *known;
  const uint64_t index = recorded.commit.index();
  state::Stay* ended = nullptr;
  for (state::Stay& stay : *enrollment.mutable_stays()) {
    if (stay.enrolled_index() < index) ended = &stay;
  }
  if (ended == nullptr || ended->withdrawn_index() == index) return;
  ended->set_until_on(event.effective_on());
  ended->set_withdrawn_index(index);
  ForEachMonth(*ended, [&](const std::string& month) {
    if (FirstOfMonth(month) < event.effective_on()) return;  // Still something of it to charge.
    ClearDeadline(rows, EndOfMonth(month), kMonthEnd,
                  MonthEndEntity(school_id, event.pupil_id(), event.enrollment_id(), month));
  });
  rows.Put(kEnrollments, key, std::move(enrollment));
}

}  // namespace

bool FoldsEnrollment(int event) {
  switch (event) {
    case EnrollmentEvent::kPupilEnrolled:
    case EnrollmentEvent::kEnrollmentWithdrawn:
    case EnrollmentEvent::kSpecialStatusVerified:
      return true;
    default:
      return false;
  }
}

void FoldEnrollment(const Recorded& enrollment, FactRows rows) {
  ForEachEventOf<EnrollmentEvent>(enrollment, [&](const EnrollmentEvent& event) {
    if (event.has_pupil_enrolled()) {
      FoldEnrolled(enrollment, event.pupil_enrolled(), rows);
    } else if (event.has_enrollment_withdrawn()) {
      FoldWithdrawn(enrollment, event.enrollment_withdrawn(), rows);
    } else if (event.has_special_status_verified()) {
      const auto& status = event.special_status_verified();
      rows.Put(kStatuses, {enrollment.commit.school_id(), status.pupil_id(), status.status_id()}, status);
    }
  });
}

}  // namespace afterbell::billing
