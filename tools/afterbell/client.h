// A gRPC client that knows no service's generated code: it makes any command or query from its
// message by name. What the CLI, the player and the tests speak through, like any client.
//
// Threads: one.
#ifndef AFTERBELL_TOOLS_AFTERBELL_CLIENT_H_
#define AFTERBELL_TOOLS_AFTERBELL_CLIENT_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "afterbell/log/v1/call.pb.h"
#include "services/platform/rpc/caller.h"

namespace afterbell {

// How a call ended.
struct CallResult {
  int code = 0;  // grpc::StatusCode
  std::string message;
  std::string rule;    // Of a refusal: "ENR-23",
  std::string reason;  // "GROUP_FULL"; of other errors the reason of ErrorInfo.
  std::string body;    // The serialised answer.

  bool ok() const { return code == 0; }
};

// Where each service is served; under "" what serves all of them.
using Instances = std::map<std::string, std::vector<std::string>>;

class Client {
 public:
  explicit Client(const std::string& address) : Client(Instances{{"", {address}}}, {}) {}

  // What one instance does not answer (UNAVAILABLE, DEADLINE_EXCEEDED) is asked of the next, for as long as
  // `patience`: with the same request id, so that it takes effect once.
  Client(const Instances& instances, std::chrono::seconds patience);
  ~Client();

  // Starts a call; `done` runs in Poll or Wait. `method` is
  // "/afterbell.attendance.v1.AttendanceService/CheckInPupil".
  void Start(const std::string& method, const Caller& caller, const std::string& request,
             std::function<void(CallResult)> done, std::chrono::seconds at_most = std::chrono::seconds(60));

  // Runs what is done until fewer than `outstanding` calls are under way.
  void WaitBelow(size_t outstanding);
  void WaitAll() { WaitBelow(1); }

  // One call, waited for.
  CallResult Call(const std::string& method, const Caller& caller, const std::string& request);

  size_t under_way() const;

 private:
  struct State;
  struct UnderWay;
  void Ask(std::unique_ptr<UnderWay> call);
  std::unique_ptr<State> state_;
};

// "/afterbell.attendance.v1.AttendanceService/CheckInPupil" of "attendance" and "check_in_pupil".
std::string MethodOf(std::string_view service, std::string_view command);

// The bytes of a request that has a header in field 1 and a command in field 2.
std::string RequestOf(const log::v1::CommandHeader& header, std::string_view command);

// The bytes of a message that has `body` in one field.
std::string FieldBytes(int number, std::string_view body);

}  // namespace afterbell

#endif  // AFTERBELL_TOOLS_AFTERBELL_CLIENT_H_
