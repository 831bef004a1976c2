// Deciders: what every rule is given, and what it may answer.
//
//   decide(situation, command) -> events, nothing, a refusal, or an error of the caller
//   evolve(recorded event, rows)  -> rows
//   react(situation, recorded cause) -> commands
//
// All three are pure: the same situation gives the same answer on every machine, in production,
// replay, what-if and tests alike. Quiet, refuse, decide, in that order.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_DECIDER_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_DECIDER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/time.h"
#include "services/platform/decider/rows.h"
#include "services/platform/policy/resolve.h"

namespace afterbell {

// The highest level this build can decide as of. A level is raised by a record, obeyed by all (design of a
// change of behaviour): a decider that changes asks `Context::level`, so old decisions stay what they were.
inline constexpr uint32_t kLevelMax = 1;

// Who asks, when and where: what the Commit will say around the events.
struct Context {
  std::string log_id;
  std::string service;
  uint32_t partition = 0;
  Micros recorded_at = 0;    // Known when: the only clock a rule has.
  Micros occurred_at = 0;    // True when.
  std::string service_date;  // The local date of occurred_at.
  int zone_minutes = kShanghaiMinutes;
  std::string district_id;
  std::string school_id;  // Empty in the commons.
  std::string role;       // "principal"; "system" for reactions and deadlines.
  std::string person_id;
  log::v1::RecordId cause;  // Of a reaction; otherwise empty.
  uint32_t level = 1;       // Deciders behave as of this level.
  bool simulated_clock = false;
};

// Everything known at one decision.
struct Situation {
  const Context& context;
  Rows rows;               // State and facts of the partition, the commons as of `seen`.
  policy::Policy& policy;  // Remembers which values were used.
};

// The events of a Commit, parsed: null where one is none that this build can read.
using ParsedEvents = std::vector<std::unique_ptr<const google::protobuf::Message>>;

// The events of one Commit for all who read it in this process: whoever asks first parses them. Threads: any.
class SharedEvents {
 public:
  SharedEvents() = default;
  ~SharedEvents();
  SharedEvents(const SharedEvents&) = delete;
  SharedEvents& operator=(const SharedEvents&) = delete;

  // Parsed as this kind of event; null where they were parsed as another. They live as long as this.
  const ParsedEvents* As(const google::protobuf::Message& kind, const log::v1::Commit& commit) const;

  // To be those of another Commit. Nobody may read meanwhile.
  void Forget();

  // Whoever made the events of this Commit has them: nobody parses them. Nobody may read meanwhile.
  void Set(const google::protobuf::Descriptor* kind, ParsedEvents events);
  void TakeOver(SharedEvents* other);

 private:
  struct Parsed {
    const google::protobuf::Descriptor* kind;
    ParsedEvents events;
  };
  mutable std::atomic<const Parsed*> parsed_{nullptr};
};

// A recorded Commit and where it stands.
struct Recorded {
  const log::v1::Commit& commit;
  std::string_view service;
  uint32_t partition = 0;
  const SharedEvents* events = nullptr;  // Null: whoever needs the events parses them.

  Micros recorded_at() const { return MicrosOf(commit.recorded_at()); }
  Micros occurred_at() const { return MicrosOf(commit.occurred_at()); }
  log::v1::RecordId Id() const;
};

// A rule said no. `rule` is an id of the domain, `reason` a state of affairs in UPPER_SNAKE.
struct Refused {
  std::string rule;
  std::string reason;
  std::string subject;    // Id of what it concerns.
  std::string limit;      // The number allowed, where there is one,
  std::string met;        // and the number met.
  std::string parameter;  // The policy parameter that decided, where one did.
};

// What a decider answers, with events of one service.
template <class Event>
struct Decision {
  std::vector<Event> events;  // Empty and nothing below: it was so already.
  std::optional<Refused> refused;
  absl::Status error;  // INVALID_ARGUMENT, NOT_FOUND, or a parameter that is unset.

  Decision() = default;
  Decision(Refused refusal) : refused(std::move(refusal)) {}            // NOLINT: returned as such.
  Decision(absl::Status status) : error(std::move(status)) {}           // NOLINT
  Decision(std::vector<Event> decided) : events(std::move(decided)) {}  // NOLINT

  bool ok() const { return !refused && error.ok(); }
};

// The same with events serialised: what the runtime handles.
struct DecisionBytes {
  std::vector<std::string> events;
  ParsedEvents made;  // What they were serialised from.
  std::optional<Refused> refused;
  absl::Status error;

  bool ok() const { return !refused && error.ok(); }
};

// Errors of the caller, never recorded. `field` is a path in the command.
absl::Status InvalidField(std::string_view field, std::string_view value, std::string_view expected);
absl::Status Unknown(std::string_view kind, std::string_view id);  // NOT_FOUND
// The field an InvalidField status names, or empty.
std::string FieldOf(const absl::Status& status);

// Deadlines are state, walked in order of time. When one has passed, the runtime records TimeReached and the
// row goes. `entity` begins with the id of the school it concerns (so the record says whose it is) and may
// have further parts, cut by '/'.
inline constexpr DeadlineTable<Mark, key::Instant, key::Word, key::Rest> kDeadlines{"d", "at/name/entity",
                                                                                    Queue()};
void SetDeadline(DeadlineRows rows, Micros at, std::string_view name, std::string_view entity);
void ClearDeadline(DeadlineRows rows, Micros at, std::string_view name, std::string_view entity);
bool HasDeadline(const Rows& rows, Micros at, std::string_view name, std::string_view entity);
struct Deadline {
  Micros at = 0;
  std::string name, entity;

  explicit Deadline(const decltype(kDeadlines)::KeyView& key)
      : at(std::get<0>(key)), name(std::get<1>(key)), entity(std::get<2>(key)) {}
};
// The parts of an entity, counted from 0.
std::string_view EntityPart(std::string_view entity, int place);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_DECIDER_H_
