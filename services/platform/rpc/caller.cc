#include "services/platform/rpc/caller.h"

#include "services/platform/base/ids.h"

namespace afterbell {

absl::StatusOr<Caller> ParseCaller(std::string_view actor) {
  constexpr std::string_view kPeople = ":people/";
  constexpr std::string_view kDistricts = "@districts/";
  const size_t people = actor.find(kPeople);
  const size_t districts = actor.find(kDistricts);
  if (people != std::string_view::npos && districts != std::string_view::npos && people < districts) {
    Caller caller;
    caller.role = actor.substr(0, people);
    caller.person_id = actor.substr(people + kPeople.size(), districts - people - kPeople.size());
    caller.district_id = actor.substr(districts + kDistricts.size());
    // Nobody outside may act as the system: reactions and deadlines are decided inside.
    if (IsId(caller.role) && IsId(caller.person_id) && IsId(caller.district_id) && caller.role != "system")
      return caller;
  }
  return absl::UnauthenticatedError(
      "metadata 'afterbell-actor' must name the caller like principal:people/p7@districts/d1");
}

std::string ToActor(const Caller& caller) {
  return caller.role + ":people/" + caller.person_id + "@districts/" + caller.district_id;
}

}  // namespace afterbell
