// Events of a service by reflection: their kind, their name, and in what two of them differ. Replay
// handles bytes and knows no service, so it asks the generated messages themselves.
//
// Threads: constant once made.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_EVENTS_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_EVENTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "google/protobuf/message.h"

namespace afterbell::replay {

// A field of an event with two values, as text: empty where one has none.
struct FieldDifference {
  std::string field;
  std::string recorded;
  std::string again;
};

class EventReader {
 public:
  // For afterbell.<service>.v1.<Service>Event, which must be linked into the program; NOT_FOUND
  // otherwise.
  static absl::StatusOr<EventReader> Of(std::string_view service);

  // What an event is; read off its first bytes. UNSPECIFIED for one that this program does not know.
  log::v1::EventKind KindOf(std::string_view event) const;

  // "ChargeAssessed", or "field 17" for one this program does not know.
  std::string TypeOf(std::string_view event) const;

  // "afterbell.billing.v1.ChargeAssessed"; empty for one this program does not know.
  std::string_view FullNameOf(std::string_view event) const;

  // "ChargeAssessed c123 2026-09": the type, the first field that names an id, and the fields that
  // tell apart what is determined of it more than once (period, month, phase, on, date).
  std::string SubjectOf(std::string_view event) const;

  // The fields in which two events of one type differ, in order of their numbers.
  std::vector<FieldDifference> Differences(std::string_view recorded, std::string_view again) const;

  // Whether `recorded` holds fields that this program does not know, and is `again` but for them.
  bool IsMoreThan(std::string_view recorded, std::string_view again) const;

  std::string TextOf(std::string_view event) const;

 private:
  struct Type {
    log::v1::EventKind kind;
    std::string name;
    std::string full_name;
    std::vector<const google::protobuf::FieldDescriptor*> subject;  // The id first.
  };

  const Type* Find(std::string_view event) const;
  std::unique_ptr<google::protobuf::Message> Parse(std::string_view event) const;

  const google::protobuf::Message* prototype_ = nullptr;
  const google::protobuf::OneofDescriptor* oneof_ = nullptr;
  std::map<uint32_t, Type> types_;  // By the number of their field.
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_EVENTS_H_
