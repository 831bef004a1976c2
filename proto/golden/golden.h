// Golden bytes: samples of everything that is kept for ever, as some build once wrote it.
//
// One file for each oneof whose members are kept, <service>_events.txt, <service>_commands.txt,
// log_records.txt; for each member blocks like
//
//   pupil_checked_in FACT
//   42080a03c3a9311203c3a932
//   pupil_checked_in { session_id: "é1" pupil_id: "é2" }
//
// the name of its field and, of an event, its kind; the bytes; the same as text. A later block of the same
// name has fields that the earlier do not: a version of the message. Blocks are added at the end and never
// changed, since what was written once must be read for ever (tools/check compat holds that against history;
// these tests know no git).
//
// Everything here goes by reflection, so it holds for types that were made up as well as for generated ones.
#ifndef AFTERBELL_PROTO_GOLDEN_GOLDEN_H_
#define AFTERBELL_PROTO_GOLDEN_GOLDEN_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace afterbell::golden {

struct Golden {
  std::string name;  // The member of the oneof: "pupil_checked_in".
  std::string kind;  // "FACT"; empty of what is no event.
  std::string bytes;
  std::string text;
  int line = 0;  // Of its file.
};

// INVALID_ARGUMENT, with the line, of what is no golden file.
absl::StatusOr<std::vector<Golden>> ParseGoldens(std::string_view file);

// A block, with the blank line in front of it.
std::string BlockOf(const Golden& golden);

// What of these bytes is not read as it was written: "line 7, pupil_checked_in: …". `prototype` is the
// message around the oneof. Every golden must parse with nothing unknown in it, be written as the same bytes
// again, print as the same text, be read from that text, and be an event of the same kind.
std::vector<std::string> Complaints(const google::protobuf::Message& prototype,
                                    const std::vector<Golden>& goldens);

// What is to be added until every member, and every field in it at any depth, is in some golden.
std::vector<Golden> Missing(const google::protobuf::Message& prototype, const std::vector<Golden>& goldens);

}  // namespace afterbell::golden

#endif  // AFTERBELL_PROTO_GOLDEN_GOLDEN_H_
