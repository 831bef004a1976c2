// Who calls. The tenant and the role come from here and from nowhere else: no message has a field
// for them.
//
// Until there are tokens, callers on loopback name themselves in metadata:
//   afterbell-actor: principal:people/p7@districts/d1
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_CALLER_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_CALLER_H_

#include <compare>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace afterbell {

inline constexpr char kActorMetadata[] = "afterbell-actor";

struct Caller {
  std::string role;
  std::string person_id;
  std::string district_id;
  friend auto operator<=>(const Caller&, const Caller&) = default;
};

// UNAUTHENTICATED for what is not of that form.
absl::StatusOr<Caller> ParseCaller(std::string_view actor);
std::string ToActor(const Caller& caller);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_CALLER_H_
