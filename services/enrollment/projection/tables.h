// The views of enrollment. Index rows hold nothing but their key; what is shown is read from the rows the
// rules decide on: they are what is true.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_TABLES_H_
#define AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_TABLES_H_

#include "afterbell/enrollment/v1/enrollment_queries.pb.h"
#include "services/enrollment/domain/enrollment_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::enrollment {

inline constexpr ViewTable<Mark, key::Id, key::Id, key::Id, key::Instant, key::Id> kApplicationsOf{
    "v/application_of", "school/pupil/term/started_at/application", Ranged(2)};
// The queue of each step. Who is in no class waits in class "-".
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Id, key::Instant, key::Id> kToReview{
    "v/to_review", "school/step/class/submitted_at/application", Ranged(2)};
// Where it stands in them, so that it can leave.
inline constexpr ViewTable<state::Queued, key::Id, key::Id> kQueued{"v/to_review_at", "school/application",
                                                                    Point()};
inline constexpr ViewTable<Mark, key::Id, key::Id, key::Id> kGroupsOf{"v/group_of", "school/term/group",
                                                                      Ranged(2)};
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Instant, key::Id> kStatusesBy{
    "v/status", "school/state/claimed_at/status", Ranged(2)};
// The file of a pupil's term. Its subject is what the event is about: an application, a group.
inline constexpr ViewTable<v1::HistoryEntry, key::Id, key::Id, key::Id, key::Index, key::Word, key::Id>
    kHistory{"v/history", "school/pupil/term/record/event/subject", Ranged(3)};

inline TableList ViewTables() {
  return {&kApplicationsOf, &kToReview, &kQueued, &kGroupsOf, &kStatusesBy, &kHistory};
}

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_PROJECTION_TABLES_H_
