#include "tests/fault/server.h"

#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <set>
#include <sstream>

#include "services/city/city.h"
#include "tests/fault/lying_storage.h"

namespace afterbell::fault {
namespace {

constexpr std::chrono::seconds kQuietAtMost(60);
constexpr uint32_t kSchoolPartitions = 4;
constexpr char kDigestsPlease = 'd';
constexpr char kWriteBackPlease = 'w';
constexpr char kOwnedPlease = 'o';
constexpr char kStopPlease = 's';
constexpr char kEnd[] = "end";

void TellDigests(Host* host) {
  if (const absl::Status quiet = host->runtime().WaitSettled(kQuietAtMost); !quiet.ok()) {
    std::cout << "failed " << quiet.message() << std::endl;
    return;
  }
  for (const Runtime::PartitionDigest& each : host->runtime().Digests()) {
    std::cout << each.id.service << ' ' << each.id.number << ' ' << each.index << ' ' << each.digest << '\n';
  }
  std::cout << kEnd << std::endl;
}

// What the process that is to serve so is told.
std::vector<std::string> ArgumentsOf(const Served& served) {
  return {"--serve",
          "--dir",
          served.data,
          "--durability",
          served.durability,
          "--kafka",
          served.kafka,
          "--topic-prefix",
          served.topic_prefix,
          "--session-ms",
          std::to_string(served.session_ms)};
}

// Serves until its input ends, or it is asked to stop. The exit code of the process.
int Serve(const Served& served) {
  const std::string& data = served.data;
  const std::string& durability = served.durability;
  HostOptions options;
  options.data_directory = data;
  options.kafka = served.kafka;
  if (!served.topic_prefix.empty()) options.topic_prefix = served.topic_prefix;
  options.limits.set_session_ms_max(served.session_ms);
  options.school_partitions = kSchoolPartitions;
  std::shared_ptr<LyingStorage> lying;
  if (durability == kUnsyncedInMemory) {
    options.durability = EmbeddedLogOptions::Durability::kUnsyncedInMemory;
  } else if (durability == kNoSync) {
    lying = std::make_shared<LyingStorage>(LedgerOf(data));
    options.storage = lying;
  }
  auto host = Host::Start(options, HostCity());
  if (!host.ok()) {
    std::cout << "failed " << host.status() << std::endl;
    return 1;
  }
  std::cout << "address " << (*host)->address() << std::endl;
  char asked;
  while (read(STDIN_FILENO, &asked, 1) == 1) {
    if (asked == kStopPlease) break;
    if (asked == kDigestsPlease) TellDigests(host->get());
    if (asked == kOwnedPlease) {
      size_t owned = 0;
      std::set<std::string> services;
      for (const auto& [id, stats] : (*host)->runtime().stats()) {
        if (!stats.owner) continue;
        ++owned;
        services.insert(id.service);
      }
      std::cout << owned << ' ' << services.size() << std::endl;
    }
    if (asked == kWriteBackPlease) {
      if (lying != nullptr) lying->WriteBack();
      std::cout << kEnd << std::endl;
    }
  }
  return 0;
}

}  // namespace

std::string LedgerOf(const std::string& data) { return data + "/not-written-back"; }

std::optional<int> ParseOrServe(CLI::App* app, int argc, char** argv, Served* served, std::string* dir) {
  bool serve = false;
  app->add_option("--durability", served->durability, "Of an embedded log")
      ->capture_default_str()
      ->check(CLI::IsMember({kDisk, kUnsyncedInMemory, kNoSync}));
  app->add_option("--kafka", served->kafka, "Brokers of a shared log");
  app->add_option("--topic-prefix", served->topic_prefix, "Of its topics");
  app->add_option("--session-ms", served->session_ms, "How long an instance may be silent")
      ->capture_default_str();
  app->add_option("--dir", *dir, "Folder to work in; what an earlier run left there is deleted first")
      ->capture_default_str();
  app->add_flag("--serve", serve, "Be the server (of the driver)");
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app->exit(error) == 0 ? 0 : 2;
  }
  if (!serve) return std::nullopt;
  served->data = *dir;
  return Serve(*served);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Spawn(const Served& served) {
  auto process = Process::Spawn(kItself, ArgumentsOf(served));
  if (!process.ok()) return process.status();
  return std::unique_ptr<Server>(new Server(*std::move(process)));
}

absl::StatusOr<std::string> Server::ReadLine() {
  absl::StatusOr<std::string> line = process_->ReadLine();
  if (line.ok() && line->rfind("failed ", 0) == 0) return absl::InternalError(*line);
  return line;
}

absl::Status Server::Ask(char what) { return process_->Write({&what, 1}); }

absl::StatusOr<std::string> Server::Address() {
  absl::StatusOr<std::string> line = ReadLine();
  if (!line.ok()) return line.status();
  return line->substr(line->find(' ') + 1);
}

absl::StatusOr<std::map<PartitionId, Digest>> Server::Digests() {
  if (absl::Status asked = Ask(kDigestsPlease); !asked.ok()) return asked;
  std::map<PartitionId, Digest> digests;
  for (;;) {
    absl::StatusOr<std::string> line = ReadLine();
    if (!line.ok()) return line.status();
    if (*line == kEnd) return digests;
    std::istringstream words(*line);
    PartitionId id;
    Digest digest;
    words >> id.service >> id.number >> digest.index >> digest.digest;
    digests[id] = digest;
  }
}

absl::StatusOr<Server::Share> Server::Owned() {
  if (absl::Status asked = Ask(kOwnedPlease); !asked.ok()) return asked;
  const absl::StatusOr<std::string> line = ReadLine();
  if (!line.ok()) return line.status();
  Share share;
  std::istringstream(*line) >> share.partitions >> share.services;
  return share;
}

absl::Status Server::WriteBack() {
  if (absl::Status asked = Ask(kWriteBackPlease); !asked.ok()) return asked;
  return ReadLine().status();
}

absl::Status Server::Stop() {
  if (absl::Status asked = Ask(kStopPlease); !asked.ok()) return asked;
  return process_->Reap(0);
}

void Server::Kill() { process_->Signal(SIGKILL); }

absl::Status Server::KillAndReap() {
  Kill();
  return process_->Reap(SIGKILL);
}

}  // namespace afterbell::fault
