// The staffing service as the platform sees it: which rule decides, folds or reacts to what. The rules
// themselves are in domain/.
#ifndef AFTERBELL_SERVICES_STAFFING_STAFFING_H_
#define AFTERBELL_SERVICES_STAFFING_STAFFING_H_

#include <string_view>
#include <vector>

#include "afterbell/staffing/v1/staffing_commands.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::staffing {

class StaffingService final : public ServiceOf<v1::StaffingCommand, v1::StaffingEvent> {
 public:
  std::string_view name() const override { return "staffing"; }
  int revision() const override { return 2; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {"attendance"}; }
  const std::vector<CommandInfo>& commands() const override;

  Decision<v1::StaffingEvent> DecideCommand(const Situation& situation,
                                            const v1::StaffingCommand& command) const override;
  void EvolveEvent(const Recorded& own, const v1::StaffingEvent& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const v1::StaffingEvent& event, ViewRows rows) const override;
  bool Folds(std::string_view service, int event) const override;
  bool Hears(std::string_view service, bool commons, int event) const override;
  void Fold(const Recorded& foreign, IntakeRows rows) const override;
  std::vector<v1::StaffingCommand> ReactTo(const Situation& situation, const Recorded& cause) const override;
  std::vector<v1::StaffingCommand> ReachDeadline(const Situation& situation, std::string_view name,
                                                 std::string_view entity, Micros at) const override;
};

}  // namespace afterbell::staffing

#endif  // AFTERBELL_SERVICES_STAFFING_STAFFING_H_
