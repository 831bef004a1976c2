// Whose rows a caller may see. The tenant is the verified caller's and nobody else's: a query that
// names another is refused, one that names none is the caller's own.
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_TENANT_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_TENANT_H_

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "services/platform/decider/rows.h"
#include "services/platform/rpc/caller.h"

namespace afterbell {

// Fills in what a query says of its caller: `guardian_id` is the caller, and `district_id`, where it is
// empty and the query is not about one school, is the caller's district.
// PERMISSION_DENIED for the `guardian_id` of somebody else.
absl::Status BindToCaller(const Caller& caller, google::protobuf::Message* query);

// PERMISSION_DENIED for a school or a district that is neither the caller's nor lies in the caller's
// area; a platform operator may see all. A school or district that is not known is nobody's: OK.
absl::Status CheckTenant(const Caller& caller, const Rows& rows, std::string_view school_id,
                         std::string_view district_id);

// The text field of a query with this name; empty where it has none.
std::string TextField(const google::protobuf::Message& query, const char* name);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_TENANT_H_
