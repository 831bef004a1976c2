#include "tests/fault/server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
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

// Serves until its input ends. The exit code of the process.
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
  int down[2], up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  std::unique_ptr<Server> server(new Server());
  const std::vector<std::string> arguments = ArgumentsOf(served);
  std::vector<const char*> argv = {"server"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  server->pid_ = fork();
  if (server->pid_ < 0) return absl::ErrnoToStatus(errno, "fork");
  if (server->pid_ == 0) {
    // Nothing but system calls: other threads of the driver may have held any lock.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(down[0], STDIN_FILENO);
    dup2(up[1], STDOUT_FILENO);
    execv("/proc/self/exe", const_cast<char**>(argv.data()));
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  server->to_ = down[1];
  server->from_ = up[0];
  return server;
}

Server::~Server() {
  if (pid_ > 0) KillAndReap().IgnoreError();
  close(to_);
  close(from_);
}

absl::StatusOr<std::string> Server::ReadLine() {
  for (;;) {
    if (const size_t end = read_.find('\n'); end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      if (line.rfind("failed ", 0) == 0) return absl::InternalError(line);
      return line;
    }
    char bytes[4096];
    const ssize_t count = read(from_, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return absl::UnavailableError("the server ended");
    read_.append(bytes, static_cast<size_t>(count));
  }
}

absl::Status Server::Ask(char what) {
  return write(to_, &what, 1) == 1 ? absl::OkStatus() : absl::ErrnoToStatus(errno, "asking the server");
}

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

void Server::Kill() { kill(pid_, SIGKILL); }

absl::Status Server::KillAndReap() {
  Kill();
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return absl::OkStatus();
  return absl::InternalError("the server had ended by itself, status " + std::to_string(status));
}

}  // namespace afterbell::fault
