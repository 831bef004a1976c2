// The billing service's rules as one object: the dispatch, nothing else.
#ifndef AFTERBELL_SERVICES_BILLING_BILLING_H_
#define AFTERBELL_SERVICES_BILLING_BILLING_H_

#include <string_view>
#include <vector>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::billing {

class BillingService final : public ServiceOf<v1::BillingCommand, v1::BillingEvent> {
 public:
  std::string_view name() const override { return "billing"; }
  int revision() const override { return 1; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {"enrollment", "attendance"}; }
  const std::vector<CommandInfo>& commands() const override;

  Decision<v1::BillingEvent> DecideCommand(const Situation& situation,
                                           const v1::BillingCommand& command) const override;
  void EvolveEvent(const Recorded& own, const v1::BillingEvent& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const v1::BillingEvent& event, ViewRows rows) const override;
  bool Folds(std::string_view service, int event) const override;
  bool Hears(std::string_view service, bool commons, int event) const override;
  void Fold(const Recorded& foreign, IntakeRows rows) const override;
  std::vector<v1::BillingCommand> ReactTo(const Situation& situation, const Recorded& cause) const override;
  std::vector<v1::BillingCommand> ReachDeadline(const Situation& situation, std::string_view name,
                                                std::string_view entity, Micros at) const override;
};

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_BILLING_H_
