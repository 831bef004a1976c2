// What the instances of a city say of its partitions: who owns what, how far each has read, and whether
// anything is left to do.
//
// Threads: one.
#ifndef AFTERBELL_TOOLS_AFTERBELL_CLUSTER_VIEW_H_
#define AFTERBELL_TOOLS_AFTERBELL_CLUSTER_VIEW_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "afterbell/log/v1/operations.pb.h"
#include "services/platform/rpc/caller.h"

namespace afterbell {

struct Instance {
  std::string address;
  log::v1::ListPartitionsAnswer answer;
};

// Asks those that are named, and those that they say own something. `silent`: who did not answer, and why.
std::vector<Instance> AskInstances(std::vector<std::string> addresses, const Caller& caller,
                                   std::map<std::string, std::string>* silent);

// Where a partition is decided, as the newest claim that anybody knows of says. Empty: nobody knows.
std::string OwnerOf(const std::vector<Instance>& instances, const std::string& service, uint32_t partition);

// Whether these, asked at about the same time, have nothing left to do: each partition is owned by one of
// them, and all have read and decided all that any of them knows of. It holds of the moment between two
// rounds that say so and are the same. Otherwise `why` names a partition.
bool AreQuiet(const std::vector<Instance>& instances, std::string* why);

// Returns when all of them answer and have been found quiet; DEADLINE_EXCEEDED says what is not.
absl::Status AwaitQuiet(const std::vector<std::string>& addresses, const Caller& caller,
                        std::chrono::seconds at_most);

}  // namespace afterbell

#endif  // AFTERBELL_TOOLS_AFTERBELL_CLUSTER_VIEW_H_
