// The commons as rows: what registry and staffing publish to everybody, folded once a process and
// read by every partition as of its own `seen`.
//
// Rows are the event messages themselves, under
//   c/registry/area/<district id>                  DistrictRegistered
//   c/registry/school/<school id>                  SchoolRegistered
//   c/registry/person/<person id>                  PersonRegistered (adults who serve or decide)
//   c/registry/term/<term id>                      TermOpened
//   c/registry/terms_of/<scope id>/<first_on>/<term id>   TermOpened
//   c/registry/day/<scope id>/<date>               ServiceDaySet
//   c/registry/venue/<venue id>                    VenueRegistered (off-campus)
//   c/registry/instrument/<instrument id>          InstrumentPublished
//   c/registry/policy/<key>/<value id>             policy.v1.ParameterValue
//   c/registry/fee_standard/<fee standard id>      FeeStandardAnnounced
//   c/registry/clock                               ClockMoved
//   c/registry/level                               LevelRaised (the highest)
//   c/staffing/clearance/<person id>               PersonCleared
//   c/staffing/bar/<person id>                     PersonBarred (the earliest)
//   c/staffing/pledge/<person>/<school>/<term>     PledgeSigned
//   c/staffing/training/<person>                   TrainingCompleted (the latest)
//   c/staffing/contract/<person>/<school>          ContractSigned
//
// A registration that stands at a school (class, pupil, guardianship, post, venue on site) lies in
// the school's partition instead: intake/ of each service folds what it needs of those.
//
// Threads: pure functions; any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_REFERENCE_REFERENCE_H_
#define AFTERBELL_SERVICES_PLATFORM_REFERENCE_REFERENCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/platform/decider/rows.h"
#include "services/platform/decider/service.h"

namespace afterbell::reference {

// Folds one Commit of partition 0 of registry or staffing; of other services nothing follows.
void FoldCommons(const Recorded& commons, MutableRows& rows);

// The same for one event: what registry's and staffing's own commons evolve with.
void FoldRegistryEvent(const registry::v1::RegistryEvent& event, MutableRows& rows);
void FoldStaffingEvent(const staffing::v1::StaffingEvent& event, MutableRows& rows);

// The level a Commit of registry's commons raises, if it does: recorded beside events, so folded on its own.
void FoldLevel(const log::v1::Commit& commit, MutableRows& rows);
// As of which deciders behave.
uint32_t LevelOf(const Rows& rows);

// The parameters a Commit of registry's commons sets: what waited for one is taken up again.
std::vector<std::string> ParametersSet(const Recorded& commons);

std::optional<registry::v1::SchoolRegistered> School(const Rows& rows, std::string_view school_id);
std::optional<registry::v1::TermOpened> Term(const Rows& rows, std::string_view term_id);
std::optional<registry::v1::PersonRegistered> Person(const Rows& rows, std::string_view person_id);

// The areas a district lies in, the nation's first, the district itself last.
std::vector<std::string> AreasOf(const Rows& rows, std::string_view district_id);

// Where a value of policy is asked for. Stage and grade may be empty.
policy::Place PlaceOf(const Rows& rows, std::string_view school_id, std::string_view stage = {},
                      std::string_view grade = {});

// The term of a school or its district that a date lies in.
std::optional<registry::v1::TermOpened> TermOn(const Rows& rows, std::string_view school_id,
                                               std::string_view date);

// Minutes east of UTC of a district; Shanghai's where it names no zone.
int ZoneMinutesOf(const Rows& rows, std::string_view district_id);

// An exception of the calendar for that date: the school's own before its district's before the
// areas above.
std::optional<registry::v1::ServiceDaySet> DayException(const Rows& rows, std::string_view school_id,
                                                        std::string_view date);

// In force on that date at that school, in that role. An empty role asks for any.
bool IsCleared(const Rows& rows, std::string_view person_id, std::string_view school_id,
               std::string_view role, std::string_view date);
std::optional<staffing::v1::PersonBarred> BarAt(const Rows& rows, std::string_view person_id, Micros at);

// Keys of the rows above, for those who need them.
std::string ClearanceKey(std::string_view person_id);
std::string BarKey(std::string_view person_id);
std::string PledgeKey(std::string_view person_id, std::string_view school_id, std::string_view term_id);
std::string TrainingKey(std::string_view person_id);
std::string ContractKey(std::string_view person_id, std::string_view school_id);
std::string FeeStandardKey(std::string_view fee_standard_id);
std::string PolicyKey(std::string_view parameter, std::string_view value_id);

}  // namespace afterbell::reference

#endif  // AFTERBELL_SERVICES_PLATFORM_REFERENCE_REFERENCE_H_
