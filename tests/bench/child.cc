#include "tests/bench/child.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "services/city/city.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/runtime/pool.h"
#include "tests/bench/clock.h"
#include "tests/bench/echo.h"
#include "tests/bench/server_times.h"

namespace afterbell::bench {
namespace {

constexpr std::chrono::seconds kAtMost(3600);
constexpr char kTimed[] = "/afterbell.attendance.v1.AttendanceService/CheckInPupil";

void WaitForTheEnd() {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) == 1) {
  }
}

absl::Status SettleAndWrite(Runtime& runtime) {
  AFTERBELL_RETURN_IF_ERROR(runtime.WaitSettled(kAtMost));
  for (const auto& [id, stats] : runtime.stats()) AFTERBELL_RETURN_IF_ERROR(runtime.View(id).status());
  return absl::OkStatus();
}

std::string UsageOf(const Runtime& runtime) {
  CityUsage usage;
  for (const auto& [id, stats] : runtime.stats()) {
    usage.row_bytes += stats.row_bytes;
    usage.rows_unwritten += stats.rows_unwritten;
  }
  std::ostringstream text;
  const Pool::Longest longest = Pool::TakeLongest();
  text << "usage " << std::fixed << ProcessSeconds() << " " << longest.kept.count() << " "
       << longest.worked.count() << " " << usage.row_bytes << " " << usage.rows_unwritten;
  return text.str();
}

std::string Times() {
  std::string text = "times";
  for (const int64_t micros : TakeTimes()) text += " " + std::to_string(micros);
  return text;
}

std::string AnswerOf(const std::string& asked, Runtime& runtime) {
  if (asked == "usage") return UsageOf(runtime);
  if (asked == "times") return Times();
  const absl::Status status = SettleAndWrite(runtime);
  return status.ok() ? "at rest" : "failed " + status.ToString();
}

}  // namespace

int ServeCity(const Flags& flags) {
  if (flags.timed) TimeCalls(kTimed);
  HostOptions options;
  options.data_directory = flags.data;
  options.simulated_clock = true;
  if (!flags.prefix.empty()) {
    options.kafka = flags.kafka;
    options.topic_prefix = flags.prefix;
  }
  auto host = Host::Start(options, HostCity());
  absl::Status status = host.status();
  if (status.ok()) {
    std::cout << "address " << (*host)->address() << std::endl;
    status = (*host)->runtime().WaitReady(kAtMost);
  }
  if (status.ok()) {
    std::cout << "ready" << std::endl;
    status = (*host)->runtime().WaitSettled(kAtMost);
  }
  if (!status.ok()) {
    std::cout << "failed " << status << std::endl;
    return 1;
  }
  std::cout << "settled" << std::endl;
  for (std::string asked; std::getline(std::cin, asked);)
    std::cout << AnswerOf(asked, (*host)->runtime()) << std::endl;
  return 0;
}

absl::StatusOr<uint64_t> RecordsIn(const std::string& data) {
  EmbeddedLogOptions options;
  options.directory = data + "/log";
  options.read_only = true;
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, EmbeddedLog::Open(options));
  uint64_t records = 0;
  for (const auto& [id, count] : log->Stats().records) records += count;
  return records;
}

int ServeEcho() {
  const std::unique_ptr<grpc::Service> echo = MakeEcho();
  auto server = RpcServer::Start("127.0.0.1:0", {echo.get()});
  if (!server.ok()) return 1;
  std::cout << "address " << (*server)->address() << std::endl;
  WaitForTheEnd();
  return 0;
}

absl::StatusOr<std::unique_ptr<Child>> Child::Spawn(const std::string& what, const std::string& data,
                                                    const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--serve", what, "--data", data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Run(fault::kItself, arguments);
}

absl::StatusOr<std::unique_ptr<Child>> Child::Run(const std::string& program,
                                                  const std::vector<std::string>& arguments) {
  auto process = fault::Process::Spawn(program, arguments);
  if (!process.ok()) return process.status();
  return std::unique_ptr<Child>(new Child(*std::move(process)));
}

absl::StatusOr<std::string> Child::Await(const std::string& word) {
  for (;;) {
    const absl::StatusOr<std::string> line = process_->ReadLine();
    if (!line.ok()) return absl::UnavailableError("the server ended before it was " + word);
    if (line->rfind("failed", 0) == 0) return absl::InternalError(*line);
    if (line->rfind(word, 0) == 0) return line->size() > word.size() ? line->substr(word.size() + 1) : "";
  }
}

absl::Status Child::Settle() {
  AFTERBELL_RETURN_IF_ERROR(Say("settle"));
  return Await("at rest").status();
}

absl::StatusOr<CityUsage> Child::Usage() {
  AFTERBELL_RETURN_IF_ERROR(Say("usage"));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string text, Await("usage"));
  CityUsage usage;
  std::istringstream(text) >> usage.cpu_seconds >> usage.longest_turn_us >> usage.longest_turn_cpu_us >>
      usage.row_bytes >> usage.rows_unwritten;
  return usage;
}

absl::StatusOr<std::vector<double>> Child::Times() {
  AFTERBELL_RETURN_IF_ERROR(Say("times"));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string text, Await("times"));
  std::istringstream words(text);
  return std::vector<double>(std::istream_iterator<double>(words), {});
}

void Child::Kill() {
  process_->Signal(SIGKILL);
  process_->Reap(SIGKILL).IgnoreError();
}

long Child::CpuTicks() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream words(text.substr(text.rfind(')') + 2));
  std::string word;
  constexpr int kUserTime = 11;  // Counted from the state, which follows the name.
  for (int i = 0; i < kUserTime; ++i) words >> word;
  long user = 0, system = 0;
  words >> user >> system;
  return user + system;
}

long Child::ResidentBytes() const {
  std::ifstream file("/proc/" + std::to_string(process_->pid()) + "/statm");
  long size = 0, resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace afterbell::bench
