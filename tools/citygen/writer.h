// Makes calls into a phase: names the command, draws its request id, counts it.
#ifndef AFTERBELL_TOOLS_CITYGEN_WRITER_H_
#define AFTERBELL_TOOLS_CITYGEN_WRITER_H_

#include <cstdint>
#include <map>
#include <string>

#include "google/protobuf/message.h"
#include "services/platform/base/time.h"
#include "tools/citygen/answers.h"
#include "tools/citygen/city.pb.h"
#include "tools/citygen/dice.h"

namespace afterbell::citygen {

struct Actor {
  std::string role;
  std::string person_id;
  std::string district_id;
};

class PhaseWriter {
 public:
  PhaseWriter(const Dice& dice, Answers& answers) : dice_(dice), answers_(answers) {}

  // Calls go into this phase from now on.
  void Open(Phase* phase) { phase_ = phase; }
  int calls() const { return phase_->calls_size(); }

  // Of the school's partition, or with an empty school of the commons.
  Call& Ask(const Actor& actor, const std::string& school_id, const google::protobuf::Message& command);
  // The rule that must refuse it.
  void Refused(Call& call, const std::string& rule, const std::string& reason);
  // The same request again, byte for byte; or the same command under a request id of its own.
  void SameRequest(const Call& call);
  void SameCommand(const Call& call);

  // 32 bytes that stand for a text or a scan.
  std::string Evidence() { return dice_.Hash(Topic::kEvidence, next_evidence_++); }

 private:
  struct Named {
    std::string service;
    std::string command;
  };
  const Named& NameOf(const google::protobuf::Descriptor* type);
  void Count(const Call& call);

  const Dice& dice_;
  Answers& answers_;
  Phase* phase_ = nullptr;
  uint64_t next_request_ = 0;
  uint64_t next_evidence_ = 0;
  std::map<const google::protobuf::Descriptor*, Named> names_;  // Looked up only, never walked.
};

inline void OccurredAt(Call& call, Micros at) { *call.mutable_occurred_at() = TimestampOf(at); }

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_WRITER_H_
