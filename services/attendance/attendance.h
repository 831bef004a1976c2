// The attendance service as the platform sees it: which file answers for which command, event and
// record. No rules here.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_ATTENDANCE_H_
#define AFTERBELL_SERVICES_ATTENDANCE_ATTENDANCE_H_

#include <string_view>
#include <vector>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::attendance {

class AttendanceService final : public ServiceOf<v1::AttendanceCommand, v1::AttendanceEvent> {
 public:
  std::string_view name() const override { return "attendance"; }
  int revision() const override { return 1; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {"registry", "enrollment", "staffing"}; }
  const std::vector<CommandInfo>& commands() const override;

  Decision<v1::AttendanceEvent> DecideCommand(const Situation& s,
                                              const v1::AttendanceCommand& command) const override;
  void EvolveEvent(const Recorded& own, const v1::AttendanceEvent& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const v1::AttendanceEvent& event, ViewRows rows) const override;
  bool Folds(std::string_view service, int event) const override;
  bool Hears(std::string_view service, bool commons, int event) const override;
  void Fold(const Recorded& foreign, IntakeRows rows) const override;
  std::vector<v1::AttendanceCommand> ReactTo(const Situation& s, const Recorded& cause) const override;
  std::vector<v1::AttendanceCommand> ReachDeadline(const Situation& s, std::string_view name,
                                                   std::string_view entity, Micros at) const override;
};

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_ATTENDANCE_H_
