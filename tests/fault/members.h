// The six services of a city as they are deployed: some processes of each, on one log in Kafka.
#ifndef AFTERBELL_TESTS_FAULT_MEMBERS_H_
#define AFTERBELL_TESTS_FAULT_MEMBERS_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/fault/member.h"
#include "tools/afterbell/client.h"

namespace afterbell::fault {

// Where a service's binary lies below the folder of a build.
std::string ProgramIn(const std::string& bin, const std::string& service);

// Of services that are started from here on: a silent one is replaced after so long, and a whole term may be
// asked again.
void SetServiceLimits(int session_ms);

// Threads: one at a time for each member.
class Members {
 public:
  // `bin`: where services/… was built; `dir`: of their folders.
  Members(const std::string& bin, const std::string& kafka, const std::string& dir, size_t each);

  const std::vector<std::unique_ptr<Member>>& all() const { return members_; }
  Instances instances() const;

  // Until all serve.
  absl::Status Start();
  // Until nothing is left to do.
  absl::Status Settle(std::chrono::seconds at_most) const;
  // Asks all, then waits for all.
  absl::Status Stop();

 private:
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_MEMBERS_H_
