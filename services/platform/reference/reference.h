// The commons as rows: what registry and staffing publish to everybody, folded once a process and
// read by every partition as of its own `seen`.
//
// The rows are declared in tables.h.
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
#include "services/platform/reference/tables.h"

namespace afterbell::reference {

// Folds one Commit of partition 0 of registry or staffing; of other services nothing follows.
void FoldCommons(const Recorded& commons, StateRows rows);

// The same for one event: what registry's and staffing's own commons evolve with.
void FoldRegistryEvent(const registry::v1::RegistryEvent& event, StateRows rows);
void FoldStaffingEvent(const staffing::v1::StaffingEvent& event, StateRows rows);

// The level a Commit of registry's commons raises, if it does: recorded beside events, so folded on its own.
void FoldLevel(const log::v1::Commit& commit, StateRows rows);
// As of which deciders behave.
uint32_t LevelOf(const Rows& rows);

// The parameters a Commit of registry's commons sets: what waited for one is taken up again.
std::vector<std::string> ParametersSet(const Recorded& commons);

RowPtr<registry::v1::SchoolRegistered> School(const Rows& rows, std::string_view school_id);
RowPtr<registry::v1::TermOpened> Term(const Rows& rows, std::string_view term_id);
RowPtr<registry::v1::PersonRegistered> Person(const Rows& rows, std::string_view person_id);

// The areas a district lies in, the nation's first, the district itself last.
std::vector<std::string> AreasOf(const Rows& rows, std::string_view district_id);

// Where a value of policy is asked for. Stage and grade may be empty.
policy::Place PlaceOf(const Rows& rows, std::string_view school_id, std::string_view stage = {},
                      std::string_view grade = {});

// The term of a school or its district that a date lies in.
RowPtr<registry::v1::TermOpened> TermOn(const Rows& rows, std::string_view school_id, std::string_view date);

// Minutes east of UTC of a district; Shanghai's where it names no zone.
int ZoneMinutesOf(const Rows& rows, std::string_view district_id);

// An exception of the calendar for that date: the school's own before its district's before the
// areas above.
RowPtr<registry::v1::ServiceDaySet> DayException(const Rows& rows, std::string_view school_id,
                                                 std::string_view date);

// In force on that date at that school, in that role. An empty role asks for any.
bool IsCleared(const Rows& rows, std::string_view person_id, std::string_view school_id,
               std::string_view role, std::string_view date);
RowPtr<staffing::v1::PersonBarred> BarAt(const Rows& rows, std::string_view person_id, Micros at);

}  // namespace afterbell::reference

#endif  // AFTERBELL_SERVICES_PLATFORM_REFERENCE_REFERENCE_H_
