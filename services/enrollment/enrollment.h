// The enrollment service as the platform sees it: which rule decides, folds or reacts to what. The
// rules themselves are in domain/.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_ENROLLMENT_H_
#define AFTERBELL_SERVICES_ENROLLMENT_ENROLLMENT_H_

#include <string_view>
#include <vector>

#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::enrollment {

class EnrollmentService final : public ServiceOf<v1::EnrollmentCommand, v1::EnrollmentEvent> {
 public:
  std::string_view name() const override { return "enrollment"; }
  int revision() const override { return 2; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {"registry"}; }
  const std::vector<CommandInfo>& commands() const override;

  Decision<v1::EnrollmentEvent> DecideCommand(const Situation& situation,
                                              const v1::EnrollmentCommand& command) const override;
  void EvolveEvent(const Recorded& own, const v1::EnrollmentEvent& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const v1::EnrollmentEvent& event, ViewRows rows) const override;
  bool Folds(std::string_view service, int event) const override;
  bool Hears(std::string_view, bool, int) const override { return false; }
  void Fold(const Recorded& foreign, IntakeRows rows) const override;
  std::vector<v1::EnrollmentCommand> ReactTo(const Situation& situation,
                                             const Recorded& cause) const override;
  std::vector<v1::EnrollmentCommand> ReachDeadline(const Situation& situation, std::string_view name,
                                                   std::string_view entity, Micros at) const override;
};

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_ENROLLMENT_H_
