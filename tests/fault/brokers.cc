#include "tests/fault/brokers.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace afterbell::fault {
namespace {

constexpr size_t kAddressBytesMax = 64;
constexpr uint64_t kSmallDisk = 8ull << 30;  // A larger one is not for a test to fill.
constexpr std::chrono::seconds kPatience(60);

// Leaves no room on the file system of a file.
absl::Status Fill(const std::string& path) {
  std::error_code error;
  const auto room = std::filesystem::space(std::filesystem::path(path).parent_path(), error);
  if (error || room.capacity > kSmallDisk)
    return absl::FailedPreconditionError(path + " does not lie on a small file system of its own");
  std::ofstream file(path, std::ios::binary);
  const std::string block(1 << 20, 'f');
  while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Brokers::Addresses> Brokers::StartWithLine(int line_port) const {
  const std::string command = "\"" + tool_ + "\" up --port 0 --data \"" + data_ + "\" --line " +
                              std::to_string(line_port) + " --while-pid " + std::to_string(getpid());
  std::FILE* const up = popen(command.c_str(), "r");
  if (up == nullptr) return absl::ErrnoToStatus(errno, command);
  char direct[kAddressBytesMax] = "", by_line[kAddressBytesMax] = "";
  const bool told = std::fscanf(up, "%63s %63s", direct, by_line) == 2;
  if (pclose(up) != 0 || !told) return absl::InternalError("could not: " + command);
  return Addresses{direct, by_line};
}

absl::Status Brokers::Do(const std::string& what) const {
  const std::string command = "\"" + tool_ + "\" " + what + " --data \"" + data_ + "\" > /dev/null";
  return std::system(command.c_str()) == 0 ? absl::OkStatus() : absl::InternalError("could not: " + command);
}

absl::Status Brokers::FillDisk(std::chrono::milliseconds length) const {
  const auto begun = std::chrono::steady_clock::now();
  const std::string filler = data_ + "/filler";
  absl::Status status = Fill(filler);
  // One that still dies when there is room again would be taken for one that runs.
  while (status.ok() && Do("status").ok()) {
    if (std::chrono::steady_clock::now() - begun > kPatience)
      status = absl::DeadlineExceededError("the brokers do not mind that their disk is full");
  }
  std::this_thread::sleep_until(begun + length);
  std::filesystem::remove(filler);
  return status.ok() ? Do("start") : status;
}

}  // namespace afterbell::fault
