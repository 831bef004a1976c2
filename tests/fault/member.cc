#include "tests/fault/member.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace afterbell::fault {
namespace {

// A port that nobody listens on.
int FreePort() {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(socket_fd, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(socket_fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(socket_fd);
  return ntohs(address.sin_port);
}

}  // namespace

Member::Member(std::string service, std::string program, std::string kafka, std::string data)
    : service_(std::move(service)),
      program_(std::move(program)),
      kafka_(std::move(kafka)),
      data_(std::move(data)),
      address_("127.0.0.1:" + std::to_string(FreePort())) {}

absl::Status Member::Failed(const absl::Status& why) const {
  return absl::InternalError(service_ + " at " + address_ + ": " + why.ToString());
}

absl::Status Member::Spawn() {
  auto process = Process::Spawn(program_, {"--kafka", kafka_, "--data", data_, "--listen", address_});
  if (!process.ok()) return process.status();
  process_ = *std::move(process);
  return absl::OkStatus();
}

absl::Status Member::AwaitServing() {
  const absl::StatusOr<std::string> line = process_->ReadLine();
  return line.ok() ? absl::OkStatus() : Failed(line.status());
}

absl::Status Member::Kill() {
  process_->Signal(SIGKILL);
  const absl::Status killed = process_->Reap(SIGKILL);
  return killed.ok() ? killed : Failed(killed);
}

absl::Status Member::KillAndStartAgain() {
  if (absl::Status killed = Kill(); !killed.ok()) return killed;
  if (absl::Status spawned = Spawn(); !spawned.ok()) return spawned;
  return AwaitServing();
}

void Member::AskToStop() { process_->Signal(SIGTERM); }

absl::Status Member::AwaitStopped() {
  const absl::Status stopped = process_->Reap(0);
  return stopped.ok() ? stopped : Failed(stopped);
}

Killer::~Killer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Killer::Kill(Member* member, std::chrono::milliseconds delay) {
  Do([member] { return member->KillAndStartAgain(); }, delay);
}

void Killer::Do(std::function<absl::Status()> what, std::chrono::milliseconds delay) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    what_ = std::move(what);
    delay_ = delay;
  }
  changed_.notify_all();
}

absl::Status Killer::Await() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return what_ == nullptr; });
  return std::exchange(status_, absl::OkStatus());
}

void Killer::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || what_ != nullptr; });
    if (stopping_) return;
    const std::function<absl::Status()> what = what_;
    const std::chrono::milliseconds delay = delay_;
    lock.unlock();
    std::this_thread::sleep_for(delay);  // A random moment, in the midst of the calls.
    const absl::Status status = what();
    lock.lock();
    status_ = status;
    what_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace afterbell::fault
