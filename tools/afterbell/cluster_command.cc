// afterbell cluster: who owns what, and how far everybody has read.
#include <cstdio>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "afterbell/log/v1/operations.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/city/city.h"
#include "tools/afterbell/cluster_view.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

struct ClusterFlags {
  std::vector<std::string> addresses = {"127.0.0.1:7400"};
  std::string actor = "platform_operator:people/operator@districts/cn";
  bool json = false;
};

int Show(const ClusterFlags& flags) {
  const auto caller = ParseCaller(flags.actor);
  if (!caller.ok()) return Failed(caller.status());
  std::map<std::string, std::string> silent;
  const std::vector<Instance> instances = AskInstances(flags.addresses, *caller, &silent);
  if (flags.json) {
    for (const Instance& instance : instances) {
      std::string json;
      if (google::protobuf::util::MessageToJsonString(instance.answer, &json).ok())
        std::printf("%s\n", json.c_str());
    }
  } else {
    // The newest claim that anybody knows of, and what each has read.
    struct Row {
      log::v1::PartitionStatus newest;
      std::string reads, halts;
      uint64_t most = 0;
      uint64_t voids = 0;  // The most that anybody has met since it started.
    };
    std::map<std::pair<std::string, uint32_t>, Row> rows;
    for (const Instance& instance : instances) {
      for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
        Row& row = rows[{each.service(), each.partition()}];
        if (each.claim_index() >= row.newest.claim_index()) row.newest = each;
        row.most = std::max(row.most, each.index());
        row.voids = std::max(row.voids, each.void_records());
      }
    }
    for (const Instance& instance : instances) {
      for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
        Row& row = rows[{each.service(), each.partition()}];
        absl::StrAppend(&row.reads, row.reads.empty() ? "" : "  ", instance.address, " -",
                        row.most - each.index());
        if (!each.halted().empty()) absl::StrAppend(&row.halts, "  ", instance.address, ": ", each.halted());
      }
    }
    std::printf("%-16s %10s %8s %6s  %-22s %s\n", "partition", "record", "claim", "void", "owner",
                "records behind");
    for (const auto& [id, row] : rows) {
      std::printf("%-16s %10lu %8lu %6lu  %-22s %s%s\n", absl::StrCat(id.first, "/", id.second).c_str(),
                  static_cast<unsigned long>(row.most), static_cast<unsigned long>(row.newest.claim_index()),
                  static_cast<unsigned long>(row.voids),
                  row.newest.owner_address().empty() ? "nobody" : row.newest.owner_address().c_str(),
                  row.reads.c_str(), row.halts.c_str());
    }
    for (const Instance& instance : instances) {
      uint64_t bytes = 0, unwritten = 0;
      for (const log::v1::PartitionStatus& each : instance.answer.partitions()) {
        bytes += each.row_bytes();
        unwritten += each.rows_unwritten();
      }
      std::printf("%s: rows in memory %.1f MiB, %lu of them not in stores yet; %lu records in no file yet\n",
                  instance.address.c_str(), static_cast<double>(bytes) / (1 << 20), unwritten,
                  static_cast<unsigned long>(instance.answer.unflushed_records()));
    }
  }
  for (const auto& [address, why] : silent)
    std::fprintf(stderr, "%s does not answer: %s\n", address.c_str(), why.c_str());
  return instances.empty() ? kExitFailed : kExitDone;
}

}  // namespace

void AddCluster(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<ClusterFlags>();
  CLI::App* cluster = app->add_subcommand("cluster", "Who owns what, and how far each instance has read");
  cluster->add_option("--address", flags->addresses, "Instances to ask; owners they name are asked too")
      ->capture_default_str();
  cluster->add_option("--actor", flags->actor, "Who asks")->capture_default_str();
  cluster->add_flag("--json", flags->json, "What each instance says, a line each");
  cluster->callback([flags, exit_code] { *exit_code = Show(*flags); });
}

}  // namespace afterbell
