// Small words that every aggregate of the registry uses.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_DECIDED_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_DECIDED_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "afterbell/registry/v1/registry_commands.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

using Decided = Decision<v1::RegistryEvent>;

inline Decided One(v1::RegistryEvent event) { return std::vector<v1::RegistryEvent>{std::move(event)}; }
inline Decided Quiet() { return std::vector<v1::RegistryEvent>{}; }

// Field for field. Messages here have no map fields, so equal messages have equal bytes.
template <class Message>
bool Same(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

// Registered is registered: the same again is quiet, another thing under the same id is refused by
// the aggregate's order rule; changing it is a command of its own. Nothing: it is new.
template <class Message>
std::optional<Decided> IfKnown(const RowPtr<Message>& known, const Message& asked, const std::string& rule,
                               const std::string& id) {
  if (!known) return std::nullopt;
  if (Same(*known, asked)) return Quiet();
  return Decided(Refused{rule, "WRONG_STATE", id, "not registered", "registered with other contents"});
}

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_DECIDED_H_
