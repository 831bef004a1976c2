// A city small enough to check by hand: three services of a few rules each, over the real protos, on
// the real runtime and the embedded log. Rules are chosen for what replay must get right: a command
// that yields a fact and a determination together, deadlines that hang on policy, a reaction across
// services, a refusal by a limit, and a parameter that may be missing.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_SMALL_CITY_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_SMALL_CITY_H_

#include <memory>
#include <string>
#include <vector>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/runtime/runtime.h"

namespace afterbell::replay {

// MoveClock; PublishInstrument sets each of its parameters.
class SmallRegistry final : public ServiceOf<registry::v1::RegistryCommand, registry::v1::RegistryEvent> {
 public:
  using Command = registry::v1::RegistryCommand;
  using Event = registry::v1::RegistryEvent;

  std::string_view name() const override { return "registry"; }
  int revision() const override { return 1; }
  TableList tables() const override { return {}; }
  std::vector<std::string_view> reads() const override { return {}; }
  const std::vector<CommandInfo>& commands() const override;
  Decision<Event> DecideCommand(const Situation& s, const Command& command) const override;
  void EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const override;
  void ProjectEvent(const Recorded&, const Event&, ViewRows) const override {}
  bool Folds(std::string_view, int) const override { return true; }
  bool FoldsRefusals() const override { return true; }
  bool Hears(std::string_view, bool, int) const override { return true; }
  void Fold(const Recorded&, IntakeRows) const override {}
  std::vector<Command> ReactTo(const Situation&, const Recorded&) const override { return {}; }
  std::vector<Command> ReachDeadline(const Situation&, std::string_view, std::string_view,
                                     Micros) const override {
    return {};
  }
};

// CheckInPupil: refused beyond p:group_size_max; PupilCheckedIn and, where p:group_size_normal is
// passed, RatioAssessed (a determination). A session above it has the deadline "count" an hour later.
// At month_end (set by the first check-in of a pupil in a month) and at "count": ClassHoursCounted
// with p:class_hour_minutes.
class SmallAttendance final
    : public ServiceOf<attendance::v1::AttendanceCommand, attendance::v1::AttendanceEvent> {
 public:
  using Command = attendance::v1::AttendanceCommand;
  using Event = attendance::v1::AttendanceEvent;

  std::string_view name() const override { return "attendance"; }
  int revision() const override { return 1; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {}; }
  const std::vector<CommandInfo>& commands() const override;
  Decision<Event> DecideCommand(const Situation& s, const Command& command) const override;
  void EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const override;
  void ProjectEvent(const Recorded&, const Event&, ViewRows) const override {}
  bool Folds(std::string_view, int) const override { return true; }
  bool FoldsRefusals() const override { return true; }
  bool Hears(std::string_view, bool, int) const override { return true; }
  void Fold(const Recorded&, IntakeRows) const override {}
  std::vector<Command> ReactTo(const Situation&, const Recorded&) const override { return {}; }
  std::vector<Command> ReachDeadline(const Situation& s, std::string_view name, std::string_view entity,
                                     Micros at) const override;
};

// A count of attendance's is assessed at p:fee_amount_yuan a class-hour, up to p:fee_cap; under
// p:fee_model per_month at p:fee_amount_yuan; under free not at all. PupilCheckedIn is assessed at
// once under per_term. IssueCharge refuses a charge of nothing.
class SmallBilling : public ServiceOf<billing::v1::BillingCommand, billing::v1::BillingEvent> {
 public:
  using Command = billing::v1::BillingCommand;
  using Event = billing::v1::BillingEvent;

  std::string_view name() const override { return "billing"; }
  int revision() const override { return 1; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {"attendance"}; }
  const std::vector<CommandInfo>& commands() const override;
  Decision<Event> DecideCommand(const Situation& s, const Command& command) const override;
  void EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const override;
  void ProjectEvent(const Recorded&, const Event&, ViewRows) const override {}
  bool Folds(std::string_view, int) const override { return true; }
  bool FoldsRefusals() const override { return true; }
  bool Hears(std::string_view, bool, int) const override { return true; }
  void Fold(const Recorded& foreign, IntakeRows rows) const override;
  std::vector<Command> ReactTo(const Situation& s, const Recorded& cause) const override;
  std::vector<Command> ReachDeadline(const Situation&, std::string_view, std::string_view,
                                     Micros) const override {
    return {};
  }
};

// The three at work in a folder of their own, on a SIMULATED clock.
class SmallCity {
 public:
  static constexpr uint32_t kSchoolPartitions = 2;

  SmallCity();
  ~SmallCity();

  // Each waits for its answer. Times are Shanghai's.
  void MoveClock(std::string_view date, std::string_view time);
  // A value that binds everywhere from a date on: Set("fee_amount_yuan", "fen: 300").
  void Set(const std::string& key, const std::string& value, const std::string& from = "");
  absl::Status CheckIn(const std::string& school, const std::string& session, const std::string& pupil);
  absl::Status Issue(const std::string& school, const std::string& pupil, const std::string& month);
  absl::Status Submit(const std::string& service, const std::string& school, const std::string& command);

  // Until all services have seen and answered everything that lies in the log.
  void Settle();

  // Stops the runtime; later calls are errors. The log stays open.
  void Stop();

  // The same rows again, from what was written, as the runtime's own digests say.
  std::vector<Runtime::PartitionDigest> digests;  // Filled by Stop.

  EventLog* log() { return log_.get(); }
  const std::vector<const Service*>& services() const { return services_; }
  const std::string& directory() const { return directory_; }
  PartitionId PartitionOf(const std::string& service, const std::string& school) const;

 private:
  std::string directory_;
  SmallRegistry registry_;
  SmallAttendance attendance_;
  SmallBilling billing_;
  std::vector<const Service*> services_;
  std::unique_ptr<EmbeddedLog> log_;
  std::unique_ptr<Runtime> runtime_;
};

// A month of three schools: limits and fees are set, two pupils a school come on three days (a third is
// refused, twice), the month ends, charges are blocked until an amount is set, one is issued.
// The city is stopped at its end. Nine check-ins a pupil pair, six counts, six charges of 1800 fen.
void LiveThroughSeptember(SmallCity& city);

std::string ChargeIdOf(std::string_view pupil, std::string_view month);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_SMALL_CITY_H_
