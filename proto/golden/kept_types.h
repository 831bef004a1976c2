// All messages whose bytes are kept for ever: the oneof around them, and the file of their golden bytes.
#ifndef AFTERBELL_PROTO_GOLDEN_KEPT_TYPES_H_
#define AFTERBELL_PROTO_GOLDEN_KEPT_TYPES_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace afterbell::golden {

struct KeptType {
  std::string name;  // "attendance_events": the file is proto/golden/attendance_events.txt.
  const google::protobuf::Message* prototype;
};

const std::vector<KeptType>& KeptTypes();

}  // namespace afterbell::golden

#endif  // AFTERBELL_PROTO_GOLDEN_KEPT_TYPES_H_
