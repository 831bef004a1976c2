#include "tools/afterbell/cluster_view.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/afterbell/client.h"

namespace afterbell {
namespace {

constexpr std::chrono::seconds kAskAtMost(2);
constexpr std::chrono::milliseconds kAskAgainAfter(2);

using Id = std::pair<std::string, uint32_t>;

// What two rounds must have in common.
std::string StateOf(const std::vector<Instance>& instances) {
  std::string state;
  for (const Instance& instance : instances) {
    // Rows go to their stores behind everything else, and change nothing of what is said here.
    log::v1::ListPartitionsAnswer answer = instance.answer;
    answer.clear_unflushed_records();
    for (log::v1::PartitionStatus& each : *answer.mutable_partitions()) {
      each.clear_row_bytes();
      each.clear_rows_unwritten();
      each.clear_written_index();
    }
    state += answer.SerializeAsString();
  }
  return state;
}

}  // namespace

std::vector<Instance> AskInstances(std::vector<std::string> addresses, const Caller& caller,
                                   std::map<std::string, std::string>* silent) {
  std::set<std::string> asked, instances;
  std::vector<Instance> found;
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string address = addresses[i];
    if (!asked.insert(address).second) continue;
    Client client(address);
    CallResult result;
    client.Start(
        "/afterbell.log.v1.OperationsService/ListPartitions", caller, "",
        [&](CallResult done) { result = std::move(done); }, kAskAtMost);
    client.WaitAll();
    Instance instance{address, {}};
    if (!result.ok() || !instance.answer.ParseFromString(result.body)) {
      (*silent)[address] = result.message;
      continue;
    }
    if (!instances.insert(instance.answer.instance_id()).second) continue;
    for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
      if (!each.owner_address().empty()) addresses.push_back(each.owner_address());
    }
    found.push_back(std::move(instance));
  }
  return found;
}

std::string OwnerOf(const std::vector<Instance>& instances, const std::string& service, uint32_t partition) {
  uint64_t newest = 0;
  std::string owner;
  for (const Instance& instance : instances) {
    for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
      if (each.service() != service || each.partition() != partition || each.claim_index() < newest) continue;
      newest = each.claim_index();
      owner = each.owner_address();
    }
  }
  return owner;
}

bool AreQuiet(const std::vector<Instance>& instances, std::string* why) {
  std::map<Id, uint64_t> ends;
  std::map<Id, std::pair<uint64_t, std::string>> owners;  // Of the newest claim.
  std::set<std::string> alive;
  for (const Instance& instance : instances) {
    alive.insert(instance.answer.instance_id());
    for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
      const Id id(each.service(), each.partition());
      ends[id] = std::max(ends[id], each.end_offset());
      owners[id] = std::max(owners[id], {each.claim_index(), each.owner_instance_id()});
      for (const log::v1::KnownEnd& heard : each.hears()) {
        const Id source(heard.service(), heard.partition());
        ends[source] = std::max(ends[source], heard.end_offset());
      }
    }
  }
  for (const Instance& instance : instances) {
    for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
      const Id id(each.service(), each.partition());
      *why = absl::StrCat(each.service(), "/", each.partition(), " at ", instance.address, ": ");
      if (!each.halted().empty()) {
        *why += each.halted();
      } else if (alive.count(owners[id].second) == 0) {
        *why += "nobody who answers owns it";
      } else if (!each.quiet()) {
        *why += "has something to do";
      } else if (each.end_offset() != ends[id] || each.read_offset() != ends[id]) {
        *why += "has not read all";
      } else if (std::any_of(each.hears().begin(), each.hears().end(), [&](const log::v1::KnownEnd& heard) {
                   return heard.end_offset() != ends[{heard.service(), heard.partition()}];
                 })) {
        *why += "does not know of all it hears";
      } else {
        continue;
      }
      return false;
    }
  }
  why->clear();
  return !instances.empty();
}

absl::Status AwaitQuiet(const std::vector<std::string>& addresses, const Caller& caller,
                        std::chrono::seconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  std::string before, why;
  for (;;) {
    std::map<std::string, std::string> silent;
    const std::vector<Instance> instances = AskInstances(addresses, caller, &silent);
    // An owner that is gone is silent for good; whoever is named must answer.
    for (const std::string& address : addresses) {
      if (const auto found = silent.find(address); found != silent.end())
        why = address + " does not answer: " + found->second;
    }
    const bool answered = std::none_of(addresses.begin(), addresses.end(),
                                       [&](const auto& address) { return silent.count(address) > 0; });
    std::string now;
    if (answered && AreQuiet(instances, &why)) now = StateOf(instances);
    if (!now.empty() && now == before) return absl::OkStatus();
    before = std::move(now);
    if (std::chrono::steady_clock::now() > until)
      return absl::DeadlineExceededError("the services did not come to rest: " + why);
    if (before.empty()) std::this_thread::sleep_for(kAskAgainAfter);
  }
}

}  // namespace afterbell
