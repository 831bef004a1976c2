// What a service hands to the platform: its rules, as one object. The runtime, replay, what-if
// and the test kit call nothing else.
//
// A service derives from ServiceOf<Command, Event> and fills in the typed halves; the platform
// sees bytes. Objects have no state of their own and are safe from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_SERVICE_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_SERVICE_H_

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/io/coded_stream.h"
#include "services/platform/decider/decider.h"
#include "services/platform/decider/entities.h"
#include "services/platform/decider/readable.h"

namespace afterbell {

// Where a command is decided.
enum class Where {
  kSchool,   // The partition of its school: the header names one.
  kCommons,  // Partition 0: the header names none.
  kEither,   // By whether the header names a school.
};

// One row of the catalogue's table of commands.
struct CommandInfo {
  std::string_view name;  // The field of the command oneof: "check_in_pupil"
  Where where;
  std::vector<std::string_view> roles;  // Who may ask. Empty: the system alone.
};

class Service {
 public:
  virtual ~Service() = default;

  // "attendance"
  virtual std::string_view name() const = 0;

  // Raised when rows change their meaning and no declaration does: tables and their messages make the schema
  // by themselves (schema.h). Every store is then rebuilt from the log.
  virtual int revision() const = 0;

  // What it keeps: the tables of its folders. The commons and the platform's own are not among them.
  virtual TableList tables() const = 0;

  // Services whose same-numbered partition this one folds or reacts to. Every commons is read by
  // every partition besides.
  virtual std::vector<std::string_view> reads() const = 0;

  virtual const std::vector<CommandInfo>& commands() const = 0;

  // The field of the command oneof that is set ("check_in_pupil"), or empty.
  virtual std::string CommandName(std::string_view command) const = 0;

  // domain/: decides a command. `command` is a serialised <Service>Command.
  virtual DecisionBytes Decide(const Situation& situation, std::string_view command) const = 0;

  // domain/: rows of state (and deadlines) from one of the partition's own Commits.
  virtual void Evolve(const Recorded& own, StateRows rows) const = 0;

  // projection/: rows of views from one of the partition's own Commits. Called after Evolve.
  virtual void Project(const Recorded& own, ViewRows rows) const = 0;

  // Which of its own events this build cannot read back, by its place in the Commit; -1: it can read all.
  virtual int UnreadableEvent(const Recorded& own) const = 0;

  // The same of a Commit that this build has made and not recorded yet. It parses what might not come back as
  // it was (readable.h), and of every kMadeParsedOneIn-th Commit all.
  static constexpr uint64_t kMadeParsedOneIn = 1024;
  virtual int UnreadableMade(const log::v1::Commit& made) const = 0;

  // The entities that one of the partition's own Commits names (entities.h), in order, each once.
  virtual std::vector<std::string> Entities(const Recorded& own) const = 0;

  // intake/: rows of facts from a Commit of the same-numbered partition of another service, and in
  // partition 0 from the commons of others where FoldsCommons() says so.
  virtual void Fold(const Recorded& foreign, IntakeRows rows) const = 0;

  // Whether an event of the same-numbered partition of that service makes rows in Fold: `event` is the number
  // of its field in <Service>Event; and whether refusals do. A record of which nothing is folded or heard is
  // passed unread, so a wrong "no" is a fact lost; tests/consumers finds it.
  virtual bool Folds(std::string_view service, int event) const = 0;
  virtual bool FoldsRefusals() const { return false; }

  // Whether partition 0 also folds the commons of registry and staffing.
  virtual bool FoldsCommons() const { return false; }

  // Whether an event of that service may make this one react, of its same-numbered partition or of its
  // commons: `event` is the number of its field in <Service>Event. What is not heard is not asked about, so
  // a wrong "no" is a reaction lost; a null what-if, which asks about everything, would find it.
  virtual bool Hears(std::string_view service, bool commons, int event) const = 0;

  // domain/reactions: serialised commands that follow from another record (of a partition in
  // reads(), or of any commons). All are decided together, in order. Called after Fold.
  virtual std::vector<std::string> React(const Situation& situation, const Recorded& cause) const = 0;

  // domain/reactions: serialised commands that follow from a deadline that has passed.
  virtual std::vector<std::string> AtDeadline(const Situation& situation, std::string_view name,
                                              std::string_view entity, Micros at) const = 0;
};

// Which event a serialised <Service>Event is: the number of its field, by the first tag. What lies within is
// held by the chain's hashes.
inline int EventNumberOf(std::string_view event) {
  google::protobuf::io::CodedInputStream bytes(reinterpret_cast<const uint8_t*>(event.data()),
                                               static_cast<int>(event.size()));
  return static_cast<int>(bytes.ReadTag() >> 3);
}

// Visits the events of a Commit of the service whose events these are.
template <class Event, class Visit>
void ForEachEventOf(const Recorded& recorded, const Visit& visit) {
  const ParsedEvents* const shared =
      recorded.events == nullptr ? nullptr : recorded.events->As(Event::default_instance(), recorded.commit);
  if (shared != nullptr) {
    for (const auto& event : *shared) {
      if (event != nullptr) visit(static_cast<const Event&>(*event));
    }
    return;
  }
  for (const std::string& bytes : recorded.commit.events()) {
    Event event;
    if (event.ParseFromString(bytes)) visit(event);
  }
}

template <class Command, class Event>
class ServiceOf : public Service {
 public:
  // The typed halves.
  virtual Decision<Event> DecideCommand(const Situation& situation, const Command& command) const = 0;
  virtual void EvolveEvent(const Recorded& own, const Event& event, StateRows rows) const = 0;
  virtual void ProjectEvent(const Recorded& own, const Event& event, ViewRows rows) const = 0;
  // Of a whole Commit, after its events: for what is recorded beside them, such as a refusal.
  virtual void ProjectCommit(const Recorded&, ViewRows) const {}
  virtual std::vector<Command> ReactTo(const Situation& situation, const Recorded& cause) const = 0;
  virtual std::vector<Command> ReachDeadline(const Situation& situation, std::string_view name,
                                             std::string_view entity, Micros at) const = 0;

  std::string CommandName(std::string_view command) const final {
    Command parsed;
    if (!Parse(command, &parsed)) return {};
    const auto* field = Command::descriptor()->oneof_decl(0);
    const auto* set = parsed.GetReflection()->GetOneofFieldDescriptor(parsed, field);
    return set == nullptr ? std::string() : set->name();
  }

  DecisionBytes Decide(const Situation& situation, std::string_view command) const final {
    Command parsed;
    if (!Parse(command, &parsed))
      return {{}, {}, {}, InvalidField("command", "", "a command of this service")};
    Decision<Event> decision = DecideCommand(situation, parsed);
    DecisionBytes bytes{{}, {}, std::move(decision.refused), std::move(decision.error)};
    bytes.events.reserve(decision.events.size());
    bytes.made.reserve(decision.events.size());
    for (Event& event : decision.events) {
      bytes.events.push_back(event.SerializeAsString());
      bytes.made.push_back(std::make_unique<Event>(std::move(event)));
    }
    return bytes;
  }

  void Evolve(const Recorded& own, StateRows rows) const final {
    ForEachEventOf<Event>(own, [&](const Event& event) { EvolveEvent(own, event, rows); });
  }

  void Project(const Recorded& own, ViewRows rows) const final {
    ForEachEventOf<Event>(own, [&](const Event& event) { ProjectEvent(own, event, rows); });
    ProjectCommit(own, rows);
  }

  int UnreadableEvent(const Recorded& own) const final {
    const SharedEvents here;
    const SharedEvents& events = own.events == nullptr ? here : *own.events;
    const ParsedEvents* const parsed = events.As(Event::default_instance(), own.commit);
    for (size_t i = 0; parsed != nullptr && i < parsed->size(); ++i) {
      const int number = EventNumberOf(own.commit.events(static_cast<int>(i)));
      const bool known = Event::descriptor()->FindFieldByNumber(number) != nullptr;
      if (!known || (*parsed)[i] == nullptr) return static_cast<int>(i);
    }
    return -1;
  }

  int UnreadableMade(const log::v1::Commit& made) const final {
    const bool parse_all = made.index() % kMadeParsedOneIn == 0;
    for (int i = 0; i < made.events_size(); ++i) {
      const std::string& bytes = made.events(i);
      if (!parse_all && SurelyReads(*Event::descriptor(), bytes)) continue;
      Event event;
      if (!event.ParseFromString(bytes) || event.SerializeAsString() != bytes) return i;
    }
    return -1;
  }

  std::vector<std::string> Entities(const Recorded& own) const final {
    std::vector<std::string> entities;
    ForEachEventOf<Event>(own, [&](const Event& event) { CollectEntities(event, &entities); });
    std::sort(entities.begin(), entities.end());
    entities.erase(std::unique(entities.begin(), entities.end()), entities.end());
    return entities;
  }

  std::vector<std::string> React(const Situation& situation, const Recorded& cause) const final {
    return Serialised(ReactTo(situation, cause));
  }

  std::vector<std::string> AtDeadline(const Situation& situation, std::string_view name,
                                      std::string_view entity, Micros at) const final {
    return Serialised(ReachDeadline(situation, name, entity, at));
  }

 private:
  static bool Parse(std::string_view bytes, Command* command) {
    return command->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  }

  static std::vector<std::string> Serialised(const std::vector<Command>& commands) {
    std::vector<std::string> bytes;
    for (const Command& command : commands) bytes.push_back(command.SerializeAsString());
    return bytes;
  }
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_SERVICE_H_
