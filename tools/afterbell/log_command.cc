// afterbell log: count, print and verify a log (archive_command.cc: export and import). Reads beside a
// running city: it takes no lock.
#include <cstdio>
#include <memory>

#include "google/protobuf/util/json_util.h"
#include "services/city/city.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/verify.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

struct LogFlags {
  LogPlace place;
  std::string partition;
  uint64_t from = 1;
  uint64_t count = 20;
  bool decisions = false;
  bool digests = false;
};

int Stat(const LogFlags& flags) {
  auto log = OpenToRead(flags.place);
  if (!log.ok()) return Failed(log.status());
  auto history = replay::History::Load(log->get(), {});
  if (!history.ok()) return Failed(history.status());
  std::printf("log %s  clock %s  school partitions %u", (*history)->log_id().c_str(),
              (*history)->simulated() ? "SIMULATED" : "REAL", (*history)->school_partitions());
  if (const auto* embedded = dynamic_cast<EmbeddedLog*>(log->get())) {
    const EmbeddedLogStats stats = embedded->Stats();
    std::printf("  segments %lu  bytes %lu", static_cast<unsigned long>(stats.segments),
                static_cast<unsigned long>(stats.bytes));
  }
  std::printf("\n");
  for (const replay::History::Survey& survey : (*history)->SurveyChains()) {
    std::printf("%-18s %10lu valid  %8lu commits  %6lu void  %s\n", ToString(survey.id).c_str(),
                static_cast<unsigned long>(survey.at.index), static_cast<unsigned long>(survey.commits),
                static_cast<unsigned long>(survey.void_records), survey.fault.c_str());
  }
  return kExitDone;
}

int Cat(const LogFlags& flags) {
  auto log = OpenToRead(flags.place);
  if (!log.ok()) return Failed(log.status());
  auto history = replay::History::Load(log->get(), {});
  if (!history.ok()) return Failed(history.status());
  const size_t slash = flags.partition.find('/');
  if (slash == std::string::npos)
    return Failed(absl::InvalidArgumentError("--partition must be like attendance/17"));
  const PartitionId id{flags.partition.substr(0, slash),
                       static_cast<uint32_t>(std::atoi(flags.partition.c_str() + slash + 1))};
  replay::RecordReader reader = (*history)->Read(id);
  uint64_t printed = 0;
  for (;;) {
    auto next = reader.Peek();
    if (!next.ok()) return Failed(next.status());
    if (*next == nullptr || printed >= flags.count) break;
    const replay::RecordReader::CommitPtr held = *next;
    reader.Pop();
    const log::v1::Commit& commit = *held;
    if (commit.index() < flags.from) continue;
    ++printed;
    log::v1::Commit head = commit;
    head.clear_events();
    head.clear_command();
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(head, &json).ok()) json = head.ShortDebugString();
    std::printf("%s\n", json.c_str());
    for (const std::string& bytes : commit.events())
      std::printf("  %s\n", EventText(id.service, bytes).c_str());
  }
  return kExitDone;
}

int VerifyLog(const LogFlags& flags) {
  auto log = OpenToRead(flags.place);
  if (!log.ok()) return Failed(log.status());
  if (auto* embedded = dynamic_cast<EmbeddedLog*>(log->get())) {
    const absl::Status frames = embedded->VerifyAll();
    if (!frames.ok()) return Failed(frames);
  }
  auto history = replay::History::Load(log->get(), {});
  if (!history.ok()) return Failed(history.status());
  const replay::VerifyReport report =
      replay::Verify(**history, CityServices(), {.decisions = flags.decisions, .digests = flags.digests});
  std::printf("%s\n", replay::Summary(report).c_str());
  for (const auto& digest : report.digests) {
    std::printf("%s@%lu %s\n", ToString(digest.id).c_str(), static_cast<unsigned long>(digest.index),
                digest.digest.c_str());
  }
  return report.ok() ? kExitDone : kExitNo;
}

}  // namespace

std::string EventText(const std::string& service, const std::string& bytes) {
  const std::string type = "afterbell." + service + ".v1." + static_cast<char>(std::toupper(service[0])) +
                           service.substr(1) + "Event";
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return "";
  std::unique_ptr<google::protobuf::Message> event(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  return event->ParseFromString(bytes) ? event->ShortDebugString() : "";
}

void AddLog(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<LogFlags>();
  CLI::App* log = app->add_subcommand("log", "Look into a log; it may be in use");
  log->require_subcommand(1);
  CLI::App* stat = log->add_subcommand("stat", "Records, claims and void records of each partition");
  AddLogPlace(stat, &flags->place);
  stat->callback([flags, exit_code] { *exit_code = Stat(*flags); });
  CLI::App* cat = log->add_subcommand("cat", "Print Commits of a partition, ids only");
  AddLogPlace(cat, &flags->place);
  cat->add_option("--partition", flags->partition, "Like attendance/17")->required();
  cat->add_option("--from", flags->from, "First index")->capture_default_str();
  cat->add_option("--count", flags->count)->capture_default_str();
  cat->callback([flags, exit_code] { *exit_code = Cat(*flags); });
  CLI::App* verify = log->add_subcommand("verify", "Check every frame and the chain of every partition");
  AddLogPlace(verify, &flags->place);
  verify->add_flag("--decisions", flags->decisions,
                   "Also make every decision again and compare, byte for byte");
  verify->add_flag("--digests", flags->digests, "Also print a digest of each partition's rows");
  verify->callback([flags, exit_code] { *exit_code = VerifyLog(*flags); });
  AddArchive(log, exit_code);
}

}  // namespace afterbell
