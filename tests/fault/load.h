// What is asked while services are killed: people of eight schools, registered, registered again,
// registered otherwise (which a rule refuses), with their guardians. Every request has its own id,
// and what was answered is kept, in memory and in a file.
//
// Threads: one; MarkKilling, WaitUntilAsking, WaitUntilFull, answered and slowest from any.
#ifndef AFTERBELL_TESTS_FAULT_LOAD_H_
#define AFTERBELL_TESTS_FAULT_LOAD_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/afterbell/client.h"

namespace afterbell::fault {

struct Answer {
  uint32_t partition = 0;
  uint64_t index = 0;    // 0 for a refusal, which does not say where it stands.
  bool decided = false;  // False: quiet, or refused.
  std::string rule, reason;
  std::string body;  // Byte for byte.
  bool refused() const { return !rule.empty(); }
  friend bool operator==(const Answer&, const Answer&) = default;
};

struct Request {
  std::string id;
  std::string method;
  Caller caller;
  std::string bytes;
  std::optional<Answer> answer;
  std::chrono::steady_clock::time_point asked_at;
};

class Load {
 public:
  static constexpr size_t kOutstanding = 64;

  Load(uint32_t seed, const std::string& journal);
  ~Load();

  // Districts and schools, and when these are known (`settle`) guardians: what the rest stands on.
  absl::Status SetUp(const std::string& address, const std::function<absl::Status()>& settle);

  // Asks until the server is gone; every call has ended then. An error is an answer nobody may get.
  absl::Status AskUntilKilled(const std::string& address);

  // Asks as long as it may go on, and waits for every answer; for so long whoever is told UNAVAILABLE asks
  // again, with the same request id. An error is any call that had no answer.
  absl::Status AskWhile(const std::string& address, const std::function<bool()>& go_on,
                        std::chrono::seconds patience = std::chrono::seconds(0));

  // Asks these again. Counts those that had an answer and got another one now.
  absl::Status Repeat(const std::string& address, const std::vector<Request*>& requests, uint64_t* differing,
                      std::chrono::seconds patience = std::chrono::seconds(0));

  // Of the killer: waits for the first call of AskUntilKilled; waits until kOutstanding calls have no answer,
  // or a call has failed; says that the kill comes now.
  void WaitUntilAsking();
  void WaitUntilFull();
  void MarkKilling() { killing_ = true; }

  // All requests so far, and how many of them were there before the last AskUntilKilled.
  std::deque<Request>& requests() { return requests_; }
  size_t begun() const { return begun_; }
  uint64_t answered() const { return answered_; }
  // The longest that anybody has waited for an answer, since the last ForgetSlowest.
  std::chrono::microseconds slowest() const { return std::chrono::microseconds(slowest_us_.load()); }
  void ForgetSlowest() { slowest_us_ = 0; }

 private:
  struct Pupil {
    int school;
    std::string id;
  };

  Request& Make(const std::string& command, const Caller& caller, const std::string& school_id,
                const std::string& body);
  Request& MakeNext();
  Request& Register(int school, const std::string& person, int kind);
  void Send(Client* client, Request* request);
  absl::Status CallNow(Client* client, Request* request);
  static std::optional<Answer> AnswerOf(const CallResult& result);
  void Keep(Request* request, Answer answer);

  const uint32_t seed_;
  std::FILE* const journal_;
  std::deque<Request> requests_;
  std::deque<Pupil> registered_;  // Answered, for what comes after.
  uint64_t number_ = 0;
  std::atomic<uint64_t> answered_{0};
  std::atomic<int64_t> slowest_us_{0};
  size_t begun_ = 0;
  absl::Status wrong_;
  std::atomic<bool> killing_{false};
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  std::condition_variable asking_changed_;
  bool asking_ = false;
  size_t outstanding_ = 0;  // Of AskUntilKilled.
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_LOAD_H_
