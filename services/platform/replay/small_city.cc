#include "services/platform/replay/small_city.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"
#include "services/platform/reference/reference.h"

namespace afterbell::replay {
namespace {

using attendance::v1::AttendanceEvent;
using billing::v1::BillingEvent;
using registry::v1::RegistryEvent;

constexpr char kMonthEnd[] = "month_end";
constexpr char kCount[] = "count";

policy::Place PlaceOf(const Situation& s) { return reference::PlaceOf(s.rows, s.context.school_id); }

constexpr StateTable<Mark, key::Id, key::Id> kIn{"s/in", "session/pupil", Ranged(1)};
constexpr StateTable<Mark, key::Id, key::Id> kOf{"s/of", "pupil/session", Ranged(1)};
constexpr StateTable<attendance::v1::ClassHoursCounted, key::Id> kCounts{"s/count", "count", Point()};
constexpr StateTable<billing::v1::ChargeAssessed, key::Id> kCharges{"s/charge", "charge", Point()};
constexpr StateTable<Mark, key::Id> kIssued{"s/issued", "charge", Point()};
constexpr FactTable<attendance::v1::ClassHoursCounted, key::Id, key::Month> kHours{"f/attendance/hours",
                                                                                   "pupil/month", Point()};

template <class Table>
int CountRows(const Rows& rows, const Table& table, const std::string& of) {
  int count = 0;
  rows.Scan(table, Prefix(of), [&](const auto&) { ++count; });
  return count;
}

}  // namespace

// ------------------------------------------------------------------------------------ registry

const std::vector<CommandInfo>& SmallRegistry::commands() const {
  static const std::vector<CommandInfo> kCommands = {{"move_clock", Where::kCommons, {}},
                                                     {"publish_instrument", Where::kCommons, {}}};
  return kCommands;
}

Decision<RegistryEvent> SmallRegistry::DecideCommand(const Situation&, const Command& command) const {
  std::vector<RegistryEvent> events;
  if (command.has_move_clock()) {
    *events.emplace_back().mutable_clock_moved()->mutable_to() = command.move_clock().to();
  }
  for (const policy::v1::Parameter& parameter : command.publish_instrument().instrument().parameter()) {
    policy::v1::ParameterValue& value =
        *events.emplace_back().mutable_policy_parameter_set()->mutable_value();
    value.set_key(parameter.key());
    *value.mutable_value() = parameter.value();
    value.set_effective_from(parameter.effective_from());
    value.set_issued_on(command.publish_instrument().instrument().issued_on());
    value.set_value_id(DerivedId("value", {parameter.key(), value.issued_on(), parameter.effective_from()}));
  }
  return events;
}

void SmallRegistry::EvolveEvent(const Recorded&, const Event& event, StateRows rows) const {
  reference::FoldRegistryEvent(event, rows);
}

// ------------------------------------------------------------------------------------ attendance

TableList SmallAttendance::tables() const { return {&kIn, &kOf, &kCounts}; }

const std::vector<CommandInfo>& SmallAttendance::commands() const {
  static const std::vector<CommandInfo> kCommands = {{"check_in_pupil", Where::kSchool, {}},
                                                     {"count_class_hours", Where::kSchool, {}}};
  return kCommands;
}

Decision<AttendanceEvent> SmallAttendance::DecideCommand(const Situation& s, const Command& command) const {
  std::vector<AttendanceEvent> events;
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
    const auto normal = s.policy.Find("group_size_normal", PlaceOf(s), s.context.service_date);
    if (normal && pupils > normal->value().count()) {
      auto& ratio = *events.emplace_back().mutable_ratio_assessed();
      ratio.set_session_id(asked.session_id());
      ratio.set_phase(attendance::v1::ACTUAL);
      ratio.set_pupils(pupils);
    }
  } else if (command.has_count_class_hours()) {
    const auto& asked = command.count_class_hours();
    const std::string count_id = DerivedId("count", {asked.subject_id(), asked.month()});
    if (s.rows.Has(kCounts, {count_id})) return {};
    const auto minutes = s.policy.Minutes("class_hour_minutes", PlaceOf(s), s.context.service_date);
    if (!minutes.ok()) return minutes.status();
    auto& counted = *events.emplace_back().mutable_class_hours_counted();
    counted.set_count_id(count_id);
    counted.set_subject(attendance::v1::OF_PUPIL);
    counted.set_subject_id(asked.subject_id());
    counted.set_month(asked.month());
    counted.set_sessions(CountRows(s.rows, kOf, asked.subject_id()));
    counted.set_class_hours(static_cast<int>(counted.sessions() * 120 / *minutes));
  }
  return events;
}

void SmallAttendance::EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const {
  if (event.has_pupil_checked_in()) {
    const auto& in = event.pupil_checked_in();
    rows.Put(kIn, {in.session_id(), in.pupil_id()});
    rows.Put(kOf, {in.pupil_id(), in.session_id()});
    const std::string month = MonthOf(own.commit.service_date());
    SetDeadline(rows, InstantOf(LastOfMonth(month), "24:00"), kMonthEnd, in.pupil_id() + "/" + month);
  } else if (event.has_ratio_assessed()) {
    SetDeadline(rows, own.occurred_at() + kMicrosPerHour, kCount, event.ratio_assessed().session_id());
  } else if (event.has_class_hours_counted()) {
    rows.Put(kCounts, {event.class_hours_counted().count_id()}, event.class_hours_counted());
  }
}

std::vector<SmallAttendance::Command> SmallAttendance::ReachDeadline(const Situation&, std::string_view name,
                                                                     std::string_view entity, Micros) const {
  Command command;
  auto& count = *command.mutable_count_class_hours();
  count.set_subject_id(std::string(EntityPart(entity, 0)));
  count.set_month(name == kMonthEnd ? std::string(EntityPart(entity, 1)) : "once");
  return {command};
}

// ------------------------------------------------------------------------------------ billing

TableList SmallBilling::tables() const { return {&kCharges, &kIssued, &kHours}; }

std::string ChargeIdOf(std::string_view pupil, std::string_view month) {
  return DerivedId("charge", {pupil, month});
}

const std::vector<CommandInfo>& SmallBilling::commands() const {
  static const std::vector<CommandInfo> kCommands = {{"assess_charge", Where::kSchool, {}},
                                                     {"issue_charge", Where::kSchool, {}}};
  return kCommands;
}

Decision<BillingEvent> SmallBilling::DecideCommand(const Situation& s, const Command& command) const {
  std::vector<BillingEvent> events;
  if (command.has_assess_charge()) {
    const auto& asked = command.assess_charge();
    const std::string charge_id = ChargeIdOf(asked.pupil_id(), asked.period());
    if (s.rows.Has(kCharges, {charge_id})) return {};
    const auto model = s.policy.Choice("fee_model", PlaceOf(s), s.context.service_date);
    if (!model.ok()) return model.status();
    if (*model == "free" || (*model == "per_term") != (asked.period() == "term")) return {};
    const auto amount = s.policy.Fen("fee_amount_yuan", PlaceOf(s), s.context.service_date);
    if (!amount.ok()) return amount.status();
    const auto hours = s.rows.Get(kHours, {asked.pupil_id(), key::Month(asked.period())});
    auto& charge = *events.emplace_back().mutable_charge_assessed();
    charge.set_charge_id(charge_id);
    charge.set_pupil_id(asked.pupil_id());
    charge.set_period(asked.period());
    charge.set_school_id(s.context.school_id);
    charge.set_units(*model == "per_class_hour" ? hours->class_hours() : 1);
    charge.set_gross_fen(charge.units() * *amount);
    charge.set_net_fen(charge.gross_fen());
    const auto cap = s.policy.Find("fee_cap", PlaceOf(s), s.context.service_date);
    if (cap && charge.net_fen() > cap->value().fen()) charge.set_net_fen(cap->value().fen());
  } else {
    for (const std::string& charge_id : command.issue_charge().charge_ids()) {
      const auto charge = s.rows.Get(kCharges, {charge_id});
      if (!charge) return Unknown("charge", charge_id);
      if (s.rows.Has(kIssued, {charge_id})) continue;
      if (charge->net_fen() == 0) return Refused{"BIL-13", "NOTHING_OWED", charge_id, "", "", ""};
      auto& issued = *events.emplace_back().mutable_charge_issued();
      issued.set_charge_id(charge_id);
      issued.set_net_fen(charge->net_fen());
    }
  }
  return events;
}

void SmallBilling::EvolveEvent(const Recorded&, const Event& event, StateRows rows) const {
  if (event.has_charge_assessed()) {
    rows.Put(kCharges, {event.charge_assessed().charge_id()}, event.charge_assessed());
  } else if (event.has_charge_issued()) {
    rows.Put(kIssued, {event.charge_issued().charge_id()});
  }
}

void SmallBilling::Fold(const Recorded& foreign, IntakeRows rows) const {
  ForEachEventOf<AttendanceEvent>(foreign, [&](const AttendanceEvent& event) {
    if (!event.has_class_hours_counted()) return;
    const auto& counted = event.class_hours_counted();
    rows.Put(kHours, {counted.subject_id(), key::Month(counted.month())}, counted);
  });
}

std::vector<SmallBilling::Command> SmallBilling::ReactTo(const Situation&, const Recorded& cause) const {
  std::vector<Command> commands;
  if (cause.service != "attendance") return commands;
  ForEachEventOf<AttendanceEvent>(cause, [&](const AttendanceEvent& event) {
    if (event.has_class_hours_counted()) {
      auto& assess = *commands.emplace_back().mutable_assess_charge();
      assess.set_pupil_id(event.class_hours_counted().subject_id());
      assess.set_period(event.class_hours_counted().month());
    } else if (event.has_pupil_checked_in()) {
      auto& assess = *commands.emplace_back().mutable_assess_charge();
      assess.set_pupil_id(event.pupil_checked_in().pupil_id());
      assess.set_period("term");
    }
  });
  return commands;
}

// ------------------------------------------------------------------------------------ the city

SmallCity::SmallCity() : services_{&registry_, &attendance_, &billing_} {
  std::string pattern = ::testing::TempDir() + "/small_city.XXXXXX";
  directory_ = mkdtemp(pattern.data());
  EmbeddedLogOptions options;
  options.directory = directory_ + "/log";
  options.segment_bytes = 1 << 20;
  options.durability = EmbeddedLogOptions::Durability::kUnsynced;
  auto log = EmbeddedLog::Open(options);
  EXPECT_TRUE(log.ok()) << log.status();
  log_ = *std::move(log);
  RuntimeOptions running;
  running.projections_directory = directory_ + "/projections";
  std::filesystem::create_directories(running.projections_directory);
  running.services = services_;
  running.log = log_.get();
  running.school_partitions = kSchoolPartitions;
  running.clock = log::v1::SIMULATED;
  auto runtime = Runtime::Open(running);
  EXPECT_TRUE(runtime.ok()) << runtime.status();
  runtime_ = *std::move(runtime);
  EXPECT_TRUE(runtime_->WaitReady(std::chrono::seconds(30)).ok());
}

SmallCity::~SmallCity() {
  Stop();
  runtime_.reset();
  log_.reset();
  std::filesystem::remove_all(directory_);
}

PartitionId SmallCity::PartitionOf(const std::string& service, const std::string& school) const {
  return {service, PartitionOfSchool(school, kSchoolPartitions)};
}

absl::Status SmallCity::Submit(const std::string& service, const std::string& school,
                               const std::string& command) {
  CommandCall call;
  call.head.set_command(command);
  call.head.set_school_id(school);
  call.head.set_request_id(RandomUuid());
  call.head.mutable_actor()->set_role("principal");
  call.head.mutable_actor()->set_person_id("p1");
  std::promise<absl::Status> done;
  call.done = [&](const absl::Status& status, const log::v1::Commit* commit) {
    const bool refused = status.ok() && commit->has_refusal();
    done.set_value(refused ? absl::FailedPreconditionError(commit->refusal().reason()) : status);
  };
  runtime_->Submit(PartitionOf(service, school), std::move(call));
  return done.get_future().get();
}

void SmallCity::MoveClock(std::string_view date, std::string_view time) {
  registry::v1::RegistryCommand command;
  *command.mutable_move_clock()->mutable_to() = TimestampOf(InstantOf(date, time));
  EXPECT_EQ(Submit("registry", "", command.SerializeAsString()), absl::OkStatus());
  Settle();
}

void SmallCity::Set(const std::string& key, const std::string& value, const std::string& from) {
  static int issued = 0;
  registry::v1::RegistryCommand command;
  auto& instrument = *command.mutable_publish_instrument()->mutable_instrument();
  instrument.set_issued_on("2020-01-" + std::to_string(10 + issued++ % 90));
  auto& parameter = *instrument.add_parameter();
  parameter.set_key(key);
  parameter.set_effective_from(from);
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(value, parameter.mutable_value())) << value;
  EXPECT_EQ(Submit("registry", "", command.SerializeAsString()), absl::OkStatus());
  Settle();
}

absl::Status SmallCity::CheckIn(const std::string& school, const std::string& session,
                                const std::string& pupil) {
  attendance::v1::AttendanceCommand command;
  command.mutable_check_in_pupil()->set_session_id(session);
  command.mutable_check_in_pupil()->set_pupil_id(pupil);
  return Submit("attendance", school, command.SerializeAsString());
}

absl::Status SmallCity::Issue(const std::string& school, const std::string& pupil, const std::string& month) {
  billing::v1::BillingCommand command;
  command.mutable_issue_charge()->add_charge_ids(ChargeIdOf(pupil, month));
  return Submit("billing", school, command.SerializeAsString());
}

void SmallCity::Settle() {
  // A query that waits for the ends of all sources makes the partition write down what it has seen;
  // reactions may have moved an end meanwhile, so until nothing moves.
  for (;;) {
    log::v1::Position before;
    std::map<PartitionId, uint64_t> ends;
    for (const auto& [id, stats] : runtime_->stats()) ends[id] = stats.index;
    for (const Service* service : services_) {
      for (uint32_t number = 0; number <= kSchoolPartitions; ++number) {
        log::v1::Position position;
        const auto add = [&](const std::string& name, uint32_t partition) {
          log::v1::Seen* seen = position.add_at();
          seen->set_service(name);
          seen->set_partition(partition);
          seen->set_index(ends[{name, partition}]);
        };
        if (number != 0 || service->name() != "registry") add("registry", 0);
        if (number != 0) {
          for (const std::string_view read : service->reads()) add(std::string(read), number);
        }
        std::promise<void> done;
        runtime_->Query({std::string(service->name()), number}, position,
                        std::chrono::steady_clock::now() + std::chrono::seconds(30),
                        [&](absl::StatusOr<ReadView> view) {
                          EXPECT_TRUE(view.ok()) << view.status();
                          done.set_value();
                        });
        done.get_future().get();
      }
    }
    bool moved = false;
    for (const auto& [id, stats] : runtime_->stats()) moved |= ends[id] != stats.index;
    if (!moved) return;
  }
}

void SmallCity::Stop() {
  if (runtime_ == nullptr || !digests.empty()) return;
  Settle();
  runtime_->Stop();
  digests = runtime_->Digests();
}

void LiveThroughSeptember(SmallCity& city) {
  city.MoveClock("2026-09-01", "08:00");
  city.Set("class_hour_minutes", "minutes: 60");
  city.Set("group_size_max", "count: 2");
  city.Set("fee_model", "choice: 'per_class_hour'");
  for (const std::string day : {"01", "02", "03"}) {
    city.MoveClock("2026-09-" + day, "15:30");
    for (const std::string school : {"s1", "s2", "s3"}) {
      const std::string session = school + "-" + day;
      EXPECT_TRUE(city.CheckIn(school, session, school + "-ana").ok());
      EXPECT_TRUE(city.CheckIn(school, session, school + "-bo").ok());
      EXPECT_TRUE(city.CheckIn(school, session, school + "-bo").ok());  // Asked twice.
      EXPECT_TRUE(absl::IsFailedPrecondition(city.CheckIn(school, session, school + "-cem")));
      EXPECT_TRUE(absl::IsFailedPrecondition(city.CheckIn(school, session, school + "-cem")));
    }
  }
  city.MoveClock("2026-10-01", "08:00");    // Counted; the charges are blocked: no amount is set.
  city.Set("fee_amount_yuan", "fen: 300");  // Taken up again.
  EXPECT_TRUE(city.Issue("s1", "s1-ana", "2026-09").ok());
  city.Stop();
}

}  // namespace afterbell::replay
