// Given / when / then for one partition of one service, on memory alone.
//
//   Kit kit(AttendanceService(), "s1");
//   kit.Given(planned, staffed).At("2026-09-01", "15:05").As("care_teacher", "p1")
//      .When(CheckIn("ana")).Then(CheckedIn("ana"));
//
// Then() asks a question of its own: what was decided is evolved and the same command decided
// again, which must be quiet. Foreign facts go through the service's intake, the commons through
// platform/reference, deadlines and reactions through the same calls the runtime makes.
//
// Of other services' events only those fields arrive that the service declares to read
// (proto/afterbell/<producer>/v1/consumers): a rule that reads another finds it empty here, and must declare
// it.
#ifndef AFTERBELL_TESTS_KIT_KIT_H_
#define AFTERBELL_TESTS_KIT_KIT_H_

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/consumers/declared.h"
#include "services/platform/decider/service.h"
#include "services/platform/reference/reference.h"

namespace afterbell::kit {

// A message from its text form; a test that misspells one fails at once.
template <class Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

template <class Command, class Event>
class Kit {
 public:
  // The partition of that school; empty for the commons.
  Kit(const ServiceOf<Command, Event>& service, std::string school_id, std::string district_id = "d1")
      : service_(service) {
    context_.log_id = "log";
    context_.service = std::string(service.name());
    context_.partition = school_id.empty() ? 0 : 1;
    context_.school_id = std::move(school_id);
    context_.district_id = std::move(district_id);
    context_.role = "system";
    At("2026-09-01", "15:30");
  }

  Kit& At(std::string_view date, std::string_view time) {
    context_.occurred_at = context_.recorded_at = InstantOf(date, time);
    context_.service_date = std::string(date);
    return *this;
  }
  // Told late: true at an earlier moment than recorded.
  Kit& RecordedAt(std::string_view date, std::string_view time) {
    context_.recorded_at = InstantOf(date, time);
    return *this;
  }
  // Another school of the same partition: what is given, asked and heard from here on is of that one.
  Kit& AtSchool(std::string school_id) {
    context_.school_id = std::move(school_id);
    return *this;
  }
  Kit& As(std::string role, std::string person_id) {
    context_.role = std::move(role);
    context_.person_id = std::move(person_id);
    return *this;
  }

  // In a log whose time MoveClock moves.
  Kit& OnASimulatedClock() {
    context_.simulated_clock = true;
    return *this;
  }

  template <class... Events>
  Kit& Given(const Events&... events) {
    (GivenOwn(events), ...);
    return *this;
  }
  Kit& GivenAll(const std::vector<Event>& events) {
    for (const Event& event : events) GivenOwn(event);
    return *this;
  }
  // Recorded by another service in the same-numbered partition.
  template <class Foreign>
  Kit& GivenFrom(const std::string& service, const Foreign& event) {
    const log::v1::Commit commit = CommitOf({Seen(service, event)}, ++foreign_index_);
    service_.Fold(Recorded{commit, service, context_.partition}, rows_);
    return *this;
  }
  Kit& GivenCommons(const registry::v1::RegistryEvent& event) { return GivenCommonsOf("registry", event); }
  Kit& GivenCommons(const staffing::v1::StaffingEvent& event) { return GivenCommonsOf("staffing", event); }
  // A value that binds everywhere unless a scope is given: GivenPolicy("fee_amount_yuan", "fen: 8000").
  Kit& GivenPolicy(const std::string& key, const std::string& value, const std::string& scope = "") {
    policy::v1::ParameterValue row;
    row.set_value_id(key + "-value" + std::to_string(++values_));
    row.set_instrument_id("test");
    row.set_key(key);
    row.set_issued_on("2020-01-01");
    *row.mutable_value() = Parse<policy::v1::Value>(value);
    *row.mutable_scope() = Parse<policy::v1::Scope>(scope);
    AllRows(rows_).Put(policy::kValues, {key::Word(key), row.value_id()}, row);
    return *this;
  }

  // What came of a command, a cause or a deadline.
  class Outcome {
   public:
    Outcome(Kit* kit, std::vector<std::string> commands, std::vector<Event> events, DecisionBytes last)
        : kit_(kit), commands_(std::move(commands)), events_(std::move(events)), last_(std::move(last)) {}

    template <class... Events>
    void Then(const Events&... expected) {
      const std::vector<Event> list = {expected...};
      ExpectDecided();
      EXPECT_EQ(Texts(events_), Texts(list));
      if (!list.empty()) ExpectQuietWhenAskedAgain();
    }
    // Decided, and some of the events; for those who look at them one by one.
    const std::vector<Event>& ThenDecided() {
      ExpectDecided();
      EXPECT_FALSE(events_.empty()) << "decided nothing";
      ExpectQuietWhenAskedAgain();
      return events_;
    }
    void ThenNothing() {
      ExpectDecided();
      EXPECT_EQ(Texts(events_), std::vector<std::string>());
    }
    Refused ThenRefused(const std::string& rule, const std::string& reason) {
      EXPECT_TRUE(last_.refused.has_value())
          << "not refused; error: " << last_.error << ", events: " << events_.size();
      if (!last_.refused) return {};
      EXPECT_EQ(last_.refused->rule, rule);
      EXPECT_EQ(last_.refused->reason, reason);
      return *last_.refused;
    }
    void ThenInvalid(const std::string& field) {
      EXPECT_EQ(last_.error.code(), absl::StatusCode::kInvalidArgument) << last_.error;
      EXPECT_EQ(FieldOf(last_.error), field);
    }
    void ThenNotFound() { EXPECT_EQ(last_.error.code(), absl::StatusCode::kNotFound) << last_.error; }
    void ThenUnset(const std::string& parameter) {
      EXPECT_EQ(policy::UnsetParameter(last_.error), parameter) << last_.error;
    }

   private:
    void ExpectDecided() {
      EXPECT_FALSE(last_.refused.has_value())
          << "refused: " << last_.refused->rule << " " << last_.refused->reason << " " << last_.refused->met
          << " of " << last_.refused->limit;
      EXPECT_TRUE(last_.error.ok()) << last_.error;
    }
    void ExpectQuietWhenAskedAgain() {
      for (const std::string& command : commands_) {
        policy::Policy policy(kit_->rows_);
        const DecisionBytes again =
            kit_->service_.Decide(Situation{kit_->context_, kit_->rows_, policy}, command);
        EXPECT_TRUE(again.ok() && again.events.empty()) << "asked again, it was not quiet";
      }
    }

    Kit* kit_;
    std::vector<std::string> commands_;
    std::vector<Event> events_;
    DecisionBytes last_;
  };

  Outcome When(const Command& command) { return DecideAll({command.SerializeAsString()}); }

  // Another service's record, folded and reacted to; a commons record is folded with GivenCommons
  // semantics first when `partition` is 0.
  template <class Foreign>
  Outcome WhenHeard(const std::string& service, const Foreign& event, bool from_commons = false) {
    const log::v1::Commit commit = CommitOf({Seen(service, event, from_commons)}, ++foreign_index_);
    const Recorded recorded{commit, service, from_commons ? 0 : context_.partition};
    if (from_commons) {
      reference::FoldCommons(recorded, rows_);
    } else {
      service_.Fold(recorded, rows_);
    }
    Context reacting = context_;
    reacting.role = "system";
    reacting.person_id.clear();
    reacting.cause = recorded.Id();
    reacting.cause.set_log_id(context_.log_id);
    std::swap(context_, reacting);
    policy::Policy policy(rows_);
    return DecideAll(service_.React(Situation{context_, rows_, policy}, recorded));
  }

  // Lets local time reach that moment: every deadline up to it fires, in order.
  Outcome WhenTimeReaches(std::string_view date, std::string_view time) {
    At(date, time);
    As("system", "");
    std::vector<std::string> commands;
    std::vector<Event> events;
    DecisionBytes last;
    for (;;) {
      std::optional<Deadline> due;
      Rows(rows_).Scan(kDeadlines, Prefix().Until(key::Instant(context_.recorded_at)), [&](const auto& key) {
        due.emplace(key);
        return false;
      });
      if (!due) break;
      ClearDeadline(rows_, due->at, due->name, due->entity);
      policy::Policy policy(rows_);
      const auto more = service_.AtDeadline(Situation{context_, rows_, policy}, due->name, due->entity,
                                            context_.recorded_at);
      DecideInto(more, &events, &last);
      commands.insert(commands.end(), more.begin(), more.end());
      if (!last.ok()) break;
    }
    return Outcome(this, std::move(commands), std::move(events), std::move(last));
  }

  AllRows rows() { return rows_; }
  MemoryRows& memory() { return rows_; }
  const Context& context() const { return context_; }

 private:
  // What of an event is there for the service: all of its own, of others' what it declares. Every service has
  // the commons as rows of platform/reference, which declares for all.
  template <class Foreign>
  std::string Seen(std::string_view producer, const Foreign& event, bool commons = false) const {
    if (producer == service_.name()) return event.SerializeAsString();
    return consumers::AsDeclared(producer, commons ? "reference" : service_.name(), event)
        .SerializeAsString();
  }

  template <class Foreign>
  Kit& GivenCommonsOf(std::string_view producer, const Foreign& event) {
    const log::v1::Commit commit = CommitOf({Seen(producer, event, true)}, 1);
    reference::FoldCommons(Recorded{commit, producer, 0}, rows_);
    return *this;
  }

  void GivenOwn(const Event& event) { Evolve({event.SerializeAsString()}); }

  void Evolve(std::vector<std::string> events) {
    const log::v1::Commit commit = CommitOf(std::move(events), ++own_index_);
    const Recorded recorded{commit, service_.name(), context_.partition};
    service_.Evolve(recorded, rows_);
    service_.Project(recorded, rows_);
  }

  Outcome DecideAll(const std::vector<std::string>& commands) {
    std::vector<Event> events;
    DecisionBytes last;
    DecideInto(commands, &events, &last);
    return Outcome(this, commands, std::move(events), std::move(last));
  }

  void DecideInto(const std::vector<std::string>& commands, std::vector<Event>* events, DecisionBytes* last) {
    for (const std::string& command : commands) {
      policy::Policy policy(rows_);
      *last = service_.Decide(Situation{context_, rows_, policy}, command);
      if (!last->ok()) return;
      for (const std::string& bytes : last->events) {
        events->emplace_back();
        EXPECT_TRUE(events->back().ParseFromString(bytes));
      }
      if (!last->events.empty()) Evolve(last->events);
    }
  }

  log::v1::Commit CommitOf(std::vector<std::string> events, uint64_t index) const {
    log::v1::Commit commit;
    commit.set_index(index);
    *commit.mutable_recorded_at() = TimestampOf(context_.recorded_at);
    *commit.mutable_occurred_at() = TimestampOf(context_.occurred_at);
    commit.set_service_date(context_.service_date);
    commit.set_district_id(context_.district_id);
    commit.set_school_id(context_.school_id);
    commit.mutable_actor()->set_role(context_.role);
    commit.mutable_actor()->set_person_id(context_.person_id);
    for (std::string& event : events) commit.add_events(std::move(event));
    return commit;
  }

  static std::vector<std::string> Texts(const std::vector<Event>& events) {
    std::vector<std::string> texts;
    for (const Event& event : events) texts.push_back(event.ShortDebugString());
    return texts;
  }

  const ServiceOf<Command, Event>& service_;
  Context context_;
  MemoryRows rows_;
  uint64_t own_index_ = 0;
  uint64_t foreign_index_ = 0;
  int values_ = 0;
};

}  // namespace afterbell::kit

#endif  // AFTERBELL_TESTS_KIT_KIT_H_
