// The schema of rows: a hash over what declares them, so that rows of another shape are told apart though
// nobody thought of it. A folder of rows is named by it; those of another schema stay for the build that made
// them.
//
// Two builds have one schema exactly if these are alike, of each table: its name, the words and types of its
// key's parts, its kind, how it is kept, its row's message and, down to the last message within, the fields
// of what is a row and nothing else (…state, …stored, …views), or the answer of a query. Events and words
// that rows keep whole count by their full names: what is recorded may only grow (docs/compatibility.md), and
// a field that this build does not know is carried along.
//
// Not seen: what is done with a row. A field that now means something else, another fold of the same events:
// for those a service raises its revision().
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_SCHEMA_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_SCHEMA_H_

#include <string>
#include <string_view>

#include "services/platform/decider/table.h"

namespace afterbell {

// 16 hexadecimal digits. The order of `tables` does not matter.
std::string SchemaOf(const TableList& tables, int revision);

// In order of names.
TableList SortedByName(TableList tables);

// What a declaration says, as people read it:
std::string KeyShape(const TableInfo& table);  // "pupil:id/date:date/session:id"
std::string_view KindName(Kind kind);          // "state"
std::string KeepText(const Keep& keep);        // "ranged by 1", "point", "queue"

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_SCHEMA_H_
