// A consumer's declaration of what it reads (declaration.proto), held against the producer's contract and
// applied to events. By reflection: no consumer's code and no generated event is needed.
//
// A message that is declared without fields of its own stands for all that is in it: only one of a well-known
// type (google.protobuf.Timestamp) may be, and one that lies in its own type, as values of policy do.
#ifndef AFTERBELL_PROTO_CONSUMERS_DECLARED_H_
#define AFTERBELL_PROTO_CONSUMERS_DECLARED_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "proto/consumers/declaration.pb.h"

namespace afterbell::consumers {

class Declared {
 public:
  // Reads nothing.
  Declared() = default;

  // INVALID_ARGUMENT with line and column of what does not parse.
  static absl::StatusOr<Declared> Parse(std::string_view textproto);

  // The declaration in the source tree; reads nothing where there is none. Tests have it by data.
  static absl::StatusOr<Declared> Load(std::string_view producer, std::string_view consumer);

  // What of the contract is not as declared: "pupil_enrolled.grade is gone (declared as field 9, string)".
  // `type` is the message around the event oneof.
  std::vector<std::string> Complaints(const google::protobuf::Descriptor* type) const;

  // Null where the event is not read.
  const Event* Find(std::string_view event) const;
  // The paths declared of an event: "value", "value.key".
  std::set<std::string> FieldsOf(std::string_view event) const;

  // Leaves of the message around the oneof what is declared: other fields are cleared, other events too.
  void Strip(google::protobuf::Message* event) const;

 private:
  Declaration declaration_;
};

// `event` as that consumer may see it. Ends the process when the declaration is no declaration.
template <class Event>
Event AsDeclared(std::string_view producer, std::string_view consumer, Event event);

// "string", "repeated int32", the full name of an enum or a message.
std::string TypeOf(const google::protobuf::FieldDescriptor* field);

// The line of a declaration that names a field: `field { path: "grade" number: 9 type: "string" }`.
std::string LineOf(std::string_view path, const google::protobuf::FieldDescriptor* field);

namespace internal {
const Declared& LoadOrDie(std::string_view producer, std::string_view consumer);
}

template <class Event>
Event AsDeclared(std::string_view producer, std::string_view consumer, Event event) {
  internal::LoadOrDie(producer, consumer).Strip(&event);
  return event;
}

}  // namespace afterbell::consumers

#endif  // AFTERBELL_PROTO_CONSUMERS_DECLARED_H_
