// The registry service: reference data that every other service reads and none may hard-code.
// Nothing here but the dispatch; the rules are in domain/, the views in projection/.
//
// It reads no other service in this version, so nothing is folded from others and nothing reacts.
#ifndef AFTERBELL_SERVICES_REGISTRY_REGISTRY_H_
#define AFTERBELL_SERVICES_REGISTRY_REGISTRY_H_

#include <string_view>
#include <vector>

#include "afterbell/registry/v1/registry_commands.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::registry {

class RegistryService final : public ServiceOf<v1::RegistryCommand, v1::RegistryEvent> {
 public:
  std::string_view name() const override { return "registry"; }
  int revision() const override { return 1; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {}; }
  const std::vector<CommandInfo>& commands() const override;

  Decision<v1::RegistryEvent> DecideCommand(const Situation& situation,
                                            const v1::RegistryCommand& command) const override;
  void EvolveEvent(const Recorded& own, const v1::RegistryEvent& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) const override;
  bool Folds(std::string_view, int) const override { return false; }
  bool Hears(std::string_view, bool, int) const override { return false; }
  void Fold(const Recorded&, IntakeRows) const override {}
  std::vector<v1::RegistryCommand> ReactTo(const Situation&, const Recorded&) const override { return {}; }
  std::vector<v1::RegistryCommand> ReachDeadline(const Situation&, std::string_view, std::string_view,
                                                 Micros) const override {
    return {};
  }
};

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_REGISTRY_H_
