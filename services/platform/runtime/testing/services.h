// Three services of a few rules each, over the real protos, for tests of the runtime: a cap, a deadline,
// a reaction across services, and parameters that may be missing.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_SERVICES_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_SERVICES_H_

#include <string>
#include <vector>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell::testing {

using Text = google::protobuf::StringValue;

// Who is in a session; and, from the next build on, where a pupil came last.
inline constexpr StateTable<Mark, key::Id, key::Id> kIn{"s/in", "session/pupil", Ranged(1)};
inline constexpr ViewTable<Text, key::Id> kInView{"v/in", "pupil", Point()};

// What none of the three has need of.
template <class Command, class Event>
class TownService : public ServiceOf<Command, Event> {
 public:
  int revision() const override { return 1; }
  TableList tables() const override { return {}; }
  std::vector<std::string_view> reads() const override { return {}; }
  const std::vector<CommandInfo>& commands() const override {
    static const std::vector<CommandInfo> kNone;  // Who may ask is the endpoint's matter.
    return kNone;
  }
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

// MoveClock; PublishInstrument sets each of its parameters.
class TownRegistry final : public TownService<registry::v1::RegistryCommand, registry::v1::RegistryEvent> {
 public:
  using Event = registry::v1::RegistryEvent;

  std::string_view name() const override { return "registry"; }
  Decision<Event> DecideCommand(const Situation&,
                                const registry::v1::RegistryCommand& command) const override;
  void EvolveEvent(const Recorded&, const Event& event, StateRows rows) const override;
};

// CheckInPupil: refused beyond p:group_size_max. The first of a pupil in a month sets the deadline
// "month_end", which counts the pupil's sessions. CountClassHours needs p:class_hour_minutes.
class TownAttendance final
    : public TownService<attendance::v1::AttendanceCommand, attendance::v1::AttendanceEvent> {
 public:
  using Command = attendance::v1::AttendanceCommand;
  using Event = attendance::v1::AttendanceEvent;

  // From revision 2 on a row "v/in/<pupil>" says where a pupil came last.
  explicit TownAttendance(int revision = 1) : revision_(revision) {}

  int revision() const override { return revision_; }
  TableList tables() const override;
  std::string_view name() const override { return "attendance"; }
  Decision<Event> DecideCommand(const Situation& s, const Command& command) const override;
  void EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const override;
  void ProjectEvent(const Recorded& own, const Event& event, ViewRows rows) const override;
  std::vector<Command> ReachDeadline(const Situation&, std::string_view name, std::string_view entity,
                                     Micros at) const override;

 private:
  const int revision_;
};

// Reacts to a count with a charge, which needs p:fee_model and then p:fee_amount_yuan. IssueCharge
// of an unknown charge is NOT_FOUND.
class TownBilling final : public TownService<billing::v1::BillingCommand, billing::v1::BillingEvent> {
 public:
  using Command = billing::v1::BillingCommand;
  using Event = billing::v1::BillingEvent;

  std::string_view name() const override { return "billing"; }
  TableList tables() const override;
  std::vector<std::string_view> reads() const override { return {"attendance"}; }
  Decision<Event> DecideCommand(const Situation& s, const Command& command) const override;
  void EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const override;
  std::vector<Command> ReactTo(const Situation&, const Recorded& cause) const override;
};

}  // namespace afterbell::testing

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_TESTING_SERVICES_H_
