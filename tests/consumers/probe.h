// Finds by experiment which fields of a producer's events a consumer's rows and reactions depend on: an event
// is filled, folded and reacted to; then one field is changed, and the same is done again on the same rows as
// before.
//
// Samples are such as rules expect: dates are dates, one id has one value in all events, and each word of an
// enum is tried. Rows before are none, or those of all other producers with those of this one's events up to
// the probed.
#ifndef AFTERBELL_TESTS_CONSUMERS_PROBE_H_
#define AFTERBELL_TESTS_CONSUMERS_PROBE_H_

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "services/platform/decider/service.h"

namespace afterbell::consumers {

// What is made of a record: it changes rows, and may answer with commands.
struct Consumer {
  std::string name;
  std::function<void(const Recorded&, RowSink&)> fold;
  std::function<std::vector<std::string>(const Situation&, const Recorded&)> react;
};

// The services' own intake and reactions, and the commons ("reference"), which every service has as rows.
Consumer ConsumerOf(const Service& service);
Consumer CommonsConsumer();

struct Producer {
  std::string name;
  const google::protobuf::Message* event;  // The message around its event oneof.
};
const std::vector<Producer>& Producers();

// For tests that fail.
inline void PrintTo(const Consumer& consumer, std::ostream* out) { *out << consumer.name; }
inline void PrintTo(const Producer& producer, std::ostream* out) { *out << producer.name; }

// What depends on an event.
struct Dependence {
  // Paths, of messages each field within: "value.scope.area_id".
  std::set<std::string> fields;
  // Those of them that show in keys of rows or in commands.
  std::set<std::string> told;
  // A field that this build does not know is in the rows: they keep the event whole.
  bool unknown = false;
};

class Probe {
 public:
  Probe(const Consumer& consumer, const Producer& producer);

  Dependence Of(const google::protobuf::FieldDescriptor* member) const;

  // The rows and commands that an event of a later build leads to are those there were without it.
  bool IgnoresAnEventNobodyKnows() const;
  // With a field of a later build in it, an event leads to the same commands, and to rows of the same keys.
  bool BearsAFieldNobodyKnows(const google::protobuf::FieldDescriptor* member) const;

 private:
  struct Outcome {
    std::map<std::string, std::string, std::less<>> rows;
    std::vector<std::string> commands;
    bool operator==(const Outcome&) const = default;
    bool TellsAsMuchAs(const Outcome& other) const;  // The same keys and commands.
  };

  Outcome Follow(const MemoryRows& before, const std::string& event) const;
  void FoldInto(const std::string& service, const std::string& event, uint64_t index, RowSink& rows) const;
  std::vector<MemoryRows> RowsBefore(const google::protobuf::FieldDescriptor* member) const;

  const Consumer& consumer_;
  const Producer& producer_;
};

}  // namespace afterbell::consumers

#endif  // AFTERBELL_TESTS_CONSUMERS_PROBE_H_
