// Processes of a city as they are deployed: one service each, on a port of their own, killed and started
// again.
#ifndef AFTERBELL_TESTS_FAULT_MEMBER_H_
#define AFTERBELL_TESTS_FAULT_MEMBER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "tests/fault/process.h"

namespace afterbell::fault {

// One process of one service. Whoever starts again is to be found where it was. Threads: one at a time.
class Member {
 public:
  // `program` is the service's binary, `data` its folder.
  Member(std::string service, std::string program, std::string kafka, std::string data);

  const std::string& service() const { return service_; }
  const std::string& address() const { return address_; }
  const std::string& program() const { return program_; }
  const std::string& data() const { return data_; }
  // What is started from now on: another build.
  void set_program(std::string program) { program_ = std::move(program); }

  absl::Status Spawn();
  // Until it has read all and is in the group.
  absl::Status AwaitServing();
  absl::Status Kill();
  absl::Status KillAndStartAgain();
  void AskToStop();
  absl::Status AwaitStopped();

 private:
  absl::Status Failed(const absl::Status& why) const;

  const std::string service_;
  std::string program_;
  const std::string kafka_, data_, address_;
  std::unique_ptr<Process> process_;
};

// Kills members and starts them again, one after the other, on one thread beside the caller's: a process dies
// with the thread that started it. Threads: one.
class Killer {
 public:
  Killer() : thread_([this] { Work(); }) {}
  ~Killer();

  // After `delay`; returns at once.
  void Kill(Member* member, std::chrono::milliseconds delay);
  // Likewise, whatever is to be done.
  void Do(std::function<absl::Status()> what, std::chrono::milliseconds delay);
  // Until it serves again, or that is done.
  absl::Status Await();

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<absl::Status()> what_;
  std::chrono::milliseconds delay_{0};
  absl::Status status_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_MEMBER_H_
