// The inspection service: suspicions over all services' records, cases and their verdicts, and who
// was turned away. Nothing here but the dispatch; the rules are in domain/, the views in projection/.
#ifndef AFTERBELL_SERVICES_INSPECTION_INSPECTION_H_
#define AFTERBELL_SERVICES_INSPECTION_INSPECTION_H_

#include <string_view>
#include <vector>

#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::inspection {

class InspectionService final : public ServiceOf<v1::InspectionCommand, v1::InspectionEvent> {
 public:
  std::string_view name() const override { return "inspection"; }
  int revision() const override { return 2; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override {
    return {"registry", "enrollment", "attendance", "staffing", "billing"};
  }
  const std::vector<CommandInfo>& commands() const override;

  Decision<v1::InspectionEvent> DecideCommand(const Situation& situation,
                                              const v1::InspectionCommand& command) const override;
  void EvolveEvent(const Recorded& own, const v1::InspectionEvent& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const v1::InspectionEvent& event, ViewRows rows) const override;
  void ProjectCommit(const Recorded& own, ViewRows rows) const override;
  bool FoldsCommons() const override { return true; }  // Who was turned away there.
  bool FoldsRefusals() const override { return true; }
  bool Folds(std::string_view service, int event) const override;
  bool Hears(std::string_view service, bool commons, int event) const override;
  void Fold(const Recorded& foreign, IntakeRows rows) const override;
  std::vector<v1::InspectionCommand> ReactTo(const Situation& situation,
                                             const Recorded& cause) const override;
  std::vector<v1::InspectionCommand> ReachDeadline(const Situation&, std::string_view, std::string_view,
                                                   Micros) const override {
    return {};
  }
};

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_INSPECTION_H_
