#include "services/platform/runtime/testing/services.h"

#include "google/protobuf/wrappers.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::testing {
namespace {

policy::Place PlaceOf(const Situation& s) { return reference::PlaceOf(s.rows, s.context.school_id); }

constexpr StateTable<Mark, key::Id, key::Id> kOf{"s/of", "pupil/session", Ranged(1)};
constexpr StateTable<Text, key::Id> kTimes{"s/times", "pupil", Point()};
constexpr StateTable<attendance::v1::ClassHoursCounted, key::Id> kCounts{"s/count", "count", Point()};
constexpr StateTable<billing::v1::ChargeAssessed, key::Id> kCharges{"s/charge", "charge", Point()};

template <class Table>
int CountRows(const Rows& rows, const Table& table, const std::string& of) {
  int count = 0;
  rows.Scan(table, Prefix(of), [&](const auto&) { ++count; });
  return count;
}

}  // namespace

Decision<TownRegistry::Event> TownRegistry::DecideCommand(
    const Situation&, const registry::v1::RegistryCommand& command) const {
  std::vector<Event> events;
  if (command.has_move_clock()) {
    *events.emplace_back().mutable_clock_moved()->mutable_to() = command.move_clock().to();
  }
  for (const policy::v1::Parameter& parameter : command.publish_instrument().instrument().parameter()) {
    auto& value = *events.emplace_back().mutable_policy_parameter_set()->mutable_value();
    value.set_key(parameter.key());
    *value.mutable_value() = parameter.value();
    value.set_issued_on(command.publish_instrument().instrument().issued_on());
    value.set_value_id(DerivedId("value", {parameter.key(), value.issued_on()}));
  }
  return events;
}

void TownRegistry::EvolveEvent(const Recorded&, const Event& event, StateRows rows) const {
  reference::FoldRegistryEvent(event, rows);
}

TableList TownAttendance::tables() const { return {&kIn, &kOf, &kTimes, &kInView, &kCounts}; }

Decision<TownAttendance::Event> TownAttendance::DecideCommand(const Situation& s,
                                                              const Command& command) const {
  std::vector<Event> events;
  if (command.has_check_in_pupil()) {
    const auto& asked = command.check_in_pupil();
    if (s.rows.Has(kIn, {asked.session_id(), asked.pupil_id()})) return {};
    const int pupils = CountRows(s.rows, kIn, asked.session_id()) + 1;
    const auto most = s.policy.Find("group_size_max", PlaceOf(s), s.context.service_date);
    if (most && pupils > most->value().count()) {
      return Refused{"ENR-23",
                     "GROUP_FULL",
                     asked.session_id(),
                     std::to_string(most->value().count()),
                     std::to_string(pupils),
                     "group_size_max"};
    }
    auto& checked_in = *events.emplace_back().mutable_pupil_checked_in();
    checked_in.set_session_id(asked.session_id());
    checked_in.set_pupil_id(asked.pupil_id());
  } else if (command.has_count_class_hours()) {
    const auto& asked = command.count_class_hours();
    const std::string count_id = DerivedId("count", {asked.subject_id(), asked.month()});
    if (s.rows.Has(kCounts, {count_id})) return {};
    const auto minutes = s.policy.Minutes("class_hour_minutes", PlaceOf(s), s.context.service_date);
    if (!minutes.ok()) return minutes.status();
    auto& counted = *events.emplace_back().mutable_class_hours_counted();
    counted.set_count_id(count_id);
    counted.set_subject_id(asked.subject_id());
    counted.set_month(asked.month());
    counted.set_sessions(CountRows(s.rows, kOf, asked.subject_id()));
    counted.set_class_hours(static_cast<int>(counted.sessions() * 120 / *minutes));
  } else {
    return InvalidField("command", "", "a command of this service");
  }
  return events;
}

void TownAttendance::EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const {
  if (event.has_pupil_checked_in()) {
    const auto& in = event.pupil_checked_in();
    rows.Put(kIn, {in.session_id(), in.pupil_id()});
    rows.Put(kOf, {in.pupil_id(), in.session_id()});
    // Rests on the row before it: a record folded over older rows shows.
    Text times = rows.GetOrEmpty(kTimes, {in.pupil_id()});
    times.mutable_value()->push_back('|');
    rows.Put(kTimes, {in.pupil_id()}, std::move(times));
    const std::string month = MonthOf(own.commit.service_date());
    SetDeadline(rows, InstantOf(LastOfMonth(month), "24:00"), "month_end", in.pupil_id() + "/" + month);
  } else if (event.has_class_hours_counted()) {
    rows.Put(kCounts, {event.class_hours_counted().count_id()}, event.class_hours_counted());
  }
}

void TownAttendance::ProjectEvent(const Recorded&, const Event& event, ViewRows rows) const {
  if (revision_ < 2 || !event.has_pupil_checked_in()) return;
  Text session;
  session.set_value(event.pupil_checked_in().session_id());
  rows.Put(kInView, {event.pupil_checked_in().pupil_id()}, std::move(session));
}

std::vector<TownAttendance::Command> TownAttendance::ReachDeadline(const Situation&, std::string_view,
                                                                   std::string_view entity, Micros) const {
  Command command;
  command.mutable_count_class_hours()->set_subject_id(std::string(EntityPart(entity, 0)));
  command.mutable_count_class_hours()->set_month(std::string(EntityPart(entity, 1)));
  return {command};
}

TableList TownBilling::tables() const { return {&kCharges}; }

Decision<TownBilling::Event> TownBilling::DecideCommand(const Situation& s, const Command& command) const {
  std::vector<Event> events;
  if (command.has_assess_charge()) {
    const auto& asked = command.assess_charge();
    const std::string charge_id = DerivedId("charge", {asked.pupil_id(), asked.period()});
    if (s.rows.Has(kCharges, {charge_id})) return {};
    const auto model = s.policy.Choice("fee_model", PlaceOf(s), s.context.service_date);
    if (!model.ok()) return model.status();
    const auto amount = s.policy.Fen("fee_amount_yuan", PlaceOf(s), s.context.service_date);
    if (!amount.ok()) return amount.status();
    auto& charge = *events.emplace_back().mutable_charge_assessed();
    charge.set_charge_id(charge_id);
    charge.set_pupil_id(asked.pupil_id());
    charge.set_period(asked.period());
    charge.set_net_fen(*amount);
  }
  for (const std::string& charge_id : command.issue_charge().charge_ids()) {
    if (!s.rows.Has(kCharges, {charge_id})) return Unknown("charge", charge_id);
  }
  return events;
}

void TownBilling::EvolveEvent(const Recorded&, const Event& event, StateRows rows) const {
  if (event.has_charge_assessed()) {
    rows.Put(kCharges, {event.charge_assessed().charge_id()}, event.charge_assessed());
  }
}

std::vector<TownBilling::Command> TownBilling::ReactTo(const Situation&, const Recorded& cause) const {
  std::vector<Command> commands;
  if (cause.service != "attendance") return commands;
  ForEachEventOf<attendance::v1::AttendanceEvent>(cause, [&](const attendance::v1::AttendanceEvent& event) {
    if (!event.has_class_hours_counted()) return;
    auto& assess = *commands.emplace_back().mutable_assess_charge();
    assess.set_pupil_id(event.class_hours_counted().subject_id());
    assess.set_period(event.class_hours_counted().month());
  });
  return commands;
}

}  // namespace afterbell::testing
