// What enrollment knows from the registry of the school's own partition, as rows that intake/ folds
// (tables.h).
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_FACTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

// Where a pupil sits. Empty fields: not in a class, or in one that is not known.
struct Seat {
  std::string class_id;
  std::string grade;
  std::string stage;
};

// Nothing when the pupil is not on roll at the school.
std::optional<Seat> SeatOf(const Rows& rows, std::string_view school_id, std::string_view pupil_id);

// A guardian of the pupil on that date, by the school's own record.
bool IsGuardian(const Rows& rows, std::string_view school_id, std::string_view pupil_id,
                std::string_view person_id, std::string_view date);

// Who asks as a guardian must be one of this pupil's, and who asks as a pupil must be that pupil; to
// others the pupil is not known. Whoever asks in another role may.
absl::Status CheckFamily(const Situation& situation, std::string_view pupil_id);

bool IsVenue(const Rows& rows, std::string_view school_id, std::string_view venue_id);

// The term binds at this school: it is the school's own or one of the areas it lies in.
bool IsTermOf(const Rows& rows, const registry::v1::TermOpened& term, std::string_view school_id);

// NOT_FOUND for a term that does not bind here: another place's is not known at this school.
absl::Status CheckTermHere(const Situation& situation, std::string_view term_id);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_FACTS_H_
