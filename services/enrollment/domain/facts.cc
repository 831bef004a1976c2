#include "services/enrollment/domain/facts.h"

#include "services/enrollment/domain/tables.h"
#include "services/platform/reference/reference.h"

namespace afterbell::enrollment {

std::optional<Seat> SeatOf(const Rows& rows, std::string_view school_id, std::string_view pupil_id) {
  const auto pupil = rows.Get(kPupils, {school_id, pupil_id});
  if (!pupil) return std::nullopt;
  Seat seat{pupil->class_id(), "", ""};
  if (const auto room = rows.Get(kClasses, {school_id, pupil->class_id()})) {
    seat.grade = room->grade();
    seat.stage = room->stage();
  }
  return seat;
}

bool IsGuardian(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view person_id, std::string_view date) {
  const auto row = rows.Get(kGuardians, {school_id, pupil_id, person_id});
  return row && std::string_view(row->from_on()) <= date;
}

absl::Status CheckFamily(const Situation& situation, std::string_view pupil_id) {
  const Context& context = situation.context;
  const bool stranger =
      (context.role == "guardian" &&
       !IsGuardian(situation.rows, context.school_id, pupil_id, context.person_id, context.service_date)) ||
      (context.role == "student" && std::string_view(context.person_id) != pupil_id);
  return stranger ? Unknown("pupil", pupil_id) : absl::OkStatus();
}

bool IsVenue(const Rows& rows, std::string_view school_id, std::string_view venue_id) {
  return rows.Has(kVenues, {school_id, venue_id}) || rows.Has(reference::kVenues, {venue_id});
}

bool IsTermOf(const Rows& rows, const registry::v1::TermOpened& term, std::string_view school_id) {
  if (std::string_view(term.scope_id()) == school_id) return true;
  const auto school = reference::School(rows, school_id);
  if (!school) return false;
  const std::vector<std::string> areas = reference::AreasOf(rows, school->district_id());
  return std::find(areas.begin(), areas.end(), term.scope_id()) != areas.end();
}

absl::Status CheckTermHere(const Situation& situation, std::string_view term_id) {
  const auto term = reference::Term(situation.rows, term_id);
  const bool here = term && IsTermOf(situation.rows, *term, situation.context.school_id);
  return here ? absl::OkStatus() : Unknown("term", term_id);
}

}  // namespace afterbell::enrollment
