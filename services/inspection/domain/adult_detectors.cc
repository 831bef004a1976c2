// Detectors over the adults who are with the pupils: checked in, or taking over a group.
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/inspection/domain/detectors.h"
#include "services/platform/decider/service.h"
#include "services/platform/reference/reference.h"

namespace afterbell::inspection {
namespace {

using attendance::v1::AttendanceEvent;

struct Adult {
  std::string person_id;
  std::string role;  // Empty: nobody said in which.
};

// The adults a record shows with the pupils, each once.
std::vector<Adult> AdultsIn(const Recorded& cause) {
  std::vector<Adult> adults;
  if (cause.service != "attendance") return adults;
  ForEachEventOf<AttendanceEvent>(cause, [&](const AttendanceEvent& event) {
    Adult adult;
    if (event.has_adult_checked_in()) {
      adult = {event.adult_checked_in().person_id(), event.adult_checked_in().role()};
    } else if (event.has_group_taken_over()) {
      adult = {event.group_taken_over().by_person_id(), ""};
    } else {
      return;
    }
    for (const Adult& known : adults) {
      if (known.person_id == adult.person_id) return;
    }
    adults.push_back(std::move(adult));
  });
  return adults;
}

v1::SuspectViolation Suspicion(const Situation& s, const std::string& detector, const std::string& code,
                               const Adult& adult, const std::string& rule) {
  v1::SuspectViolation suspicion;
  suspicion.add_codes(code);
  suspicion.set_subject_id(adult.person_id);
  suspicion.set_detector(detector);
  *suspicion.add_causes() = s.context.cause;
  suspicion.set_rule(rule);
  return suspicion;
}

std::string ClearanceText(const Rows& rows, const std::string& person_id) {
  const auto cleared = rows.Get(reference::kClearances, {person_id});
  if (!cleared) return "none";
  return absl::StrCat(cleared->valid_from(), "..", cleared->valid_to(), " as ",
                      absl::StrJoin(cleared->roles(), ","), " at ",
                      absl::StrJoin(cleared->school_ids(), ","));
}

}  // namespace

void DetectUnreviewedEntry(const Situation& s, const Recorded& cause, Suspicions* suspicions) {
  const std::string& date = cause.commit.service_date();
  for (const Adult& adult : AdultsIn(cause)) {
    if (reference::IsCleared(s.rows, adult.person_id, cause.commit.school_id(), adult.role, date)) continue;
    v1::SuspectViolation suspicion = Suspicion(s, "unreviewed_entry", "unreviewed_entry", adult, "STF-15");
    suspicion.set_limit(absl::StrCat("cleared on ", date, adult.role.empty() ? "" : " as ", adult.role));
    suspicion.set_met(ClearanceText(s.rows, adult.person_id));
    suspicions->push_back(std::move(suspicion));
  }
}

void DetectBarredAdult(const Situation& s, const Recorded& cause, Suspicions* suspicions) {
  for (const Adult& adult : AdultsIn(cause)) {
    const auto bar = reference::BarAt(s.rows, adult.person_id, cause.occurred_at());
    if (!bar) continue;
    // A bar by order follows a confirmed violation: a bad record.
    const bool ethics = bar->ground() == staffing::v1::ETHICS_PROBLEM;
    v1::SuspectViolation suspicion = Suspicion(
        s, "barred_adult", ethics ? "staff_ethics" : "bad_record_party", adult, ethics ? "STF-13" : "STF-14");
    suspicion.set_limit(InstantText(MicrosOf(bar->from_at())));
    suspicion.set_met(InstantText(cause.occurred_at()));
    suspicions->push_back(std::move(suspicion));
  }
}

}  // namespace afterbell::inspection
