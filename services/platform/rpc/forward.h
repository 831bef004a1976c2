// Calls that another instance is to answer, sent on as they came: the same method, the same caller, what is
// left of the deadline. Where a newer claim replaces that instance, they come back: it may stand still, or be
// cut off from the log, and never answer.
//
// Threads: any. `done` comes on a thread of gRPC's and must not wait. Destroying the forwarder waits for
// none of them: it must outlive the calls.
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_FORWARD_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_FORWARD_H_

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "services/platform/log/log.h"
#include "services/platform/rpc/caller.h"

namespace afterbell {

// Of a call that was sent on: the newest claim its sender knew of, in decimal. Whoever gets it either owns
// the partition or knows of a newer claim, or will: so no call goes in a circle.
inline constexpr char kClaimMetadata[] = "afterbell-claim";

struct Forwarded {
  PartitionId partition;
  std::string address;
  std::string method;  // "/afterbell.attendance.v1.AttendanceService/CheckInPupil"
  Caller caller;
  std::string request;  // Serialised.
  uint64_t claim_index = 0;
  std::chrono::steady_clock::time_point deadline;
};

class Forwarder {
 public:
  // With OK, the serialised answer. UNAVAILABLE says nothing about whether the call was answered there.
  using Done = std::function<void(const grpc::Status& status, const std::string& answer)>;

  void Send(const Forwarded& call, Done done);

  // A claim was read: calls of its partition that were sent on by an older one end UNAVAILABLE.
  void Replaced(const PartitionId& partition, uint64_t claim_index);

 private:
  struct UnderWay;

  // A connection to each address that was ever named by a claim; those of the dead cost little.
  std::shared_ptr<grpc::GenericStub> StubOf(const std::string& address);

  std::mutex mutex_;
  // Guarded by mutex_:
  std::map<std::string, std::shared_ptr<grpc::GenericStub>> stubs_;
  std::map<PartitionId, uint64_t> newest_;                                // Claims,
  std::map<PartitionId, std::set<std::shared_ptr<UnderWay>>> under_way_;  // and calls that are not back.
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_FORWARD_H_
