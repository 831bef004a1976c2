#include "tests/fault/members.h"

#include <stdlib.h>

#include "services/city/city.h"
#include "tools/afterbell/cluster_view.h"

namespace afterbell::fault {
namespace {

const Caller kOperator{"platform_operator", "operator", "cn"};

}  // namespace

std::string ProgramIn(const std::string& bin, const std::string& service) {
  return bin + "/services/" + service + "/afterbell-" + service;
}

void SetServiceLimits(int session_ms) {
  setenv("AFTERBELL_LIMITS_SESSION_MS_MAX", std::to_string(session_ms).c_str(), 1);
  setenv("AFTERBELL_LIMITS_REQUEST_DAYS_MAX", "36500", 1);
}

Members::Members(const std::string& bin, const std::string& kafka, const std::string& dir, size_t each) {
  for (const Service* service : CityServices()) {
    const std::string name(service->name());
    for (size_t i = 0; i < each; ++i)
      members_.push_back(
          std::make_unique<Member>(name, ProgramIn(bin, name), kafka, dir + "/" + name + std::to_string(i)));
  }
}

Instances Members::instances() const {
  Instances instances;
  for (const auto& member : members_) instances[member->service()].push_back(member->address());
  return instances;
}

absl::Status Members::Start() {
  for (const auto& member : members_) {
    if (absl::Status spawned = member->Spawn(); !spawned.ok()) return spawned;
  }
  for (const auto& member : members_) {
    if (absl::Status serving = member->AwaitServing(); !serving.ok()) return serving;
  }
  return absl::OkStatus();
}

absl::Status Members::Settle(std::chrono::seconds at_most) const {
  std::vector<std::string> addresses;
  for (const auto& member : members_) addresses.push_back(member->address());
  return AwaitQuiet(addresses, kOperator, at_most);
}

absl::Status Members::Stop() {
  for (const auto& member : members_) member->AskToStop();
  for (const auto& member : members_) {
    if (absl::Status stopped = member->AwaitStopped(); !stopped.ok()) return stopped;
  }
  return absl::OkStatus();
}

}  // namespace afterbell::fault
