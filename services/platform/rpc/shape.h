// The shape of a request: what can be said of it without knowing anything else.
//
// One walk over a message by reflection, for every command and query alike. A field must be given
// unless it is marked `optional` in the proto; by the end of its name it must be
//   …_id, …_ids        ids (base/ids.h)         …_on, date(s)     local dates
//   …_time             local times of day       month             months
//   …_fen, …_minutes   not negative             enums             known and not UNSPECIFIED
// Flags and counts have no required value: false and 0 are answers.
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_SHAPE_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_SHAPE_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace afterbell {

inline constexpr int kListItemsMax = 1000;  // Of a repeated field: list_items_max.
inline constexpr int kTextBytesMax = 4096;  // Of a text field: text_bytes_max.
inline constexpr int kDepthMax = 8;         // Of messages in messages: depth_max.

// OK, INVALID_ARGUMENT naming the field (decider.h, FieldOf) and what was expected, or
// RESOURCE_EXHAUSTED naming the limit. `path` is put before the names of fields.
absl::Status CheckShape(const google::protobuf::Message& message, const std::string& path);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_SHAPE_H_
