#include "tests/fault/line.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/status/status.h"

namespace afterbell::fault {
namespace {

constexpr int kBacklog = 128;
constexpr int kForEver = -1;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

void NoDelay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// The other end is told of a reset, not of an end.
void Reset(int socket) {
  const linger at_once{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(socket);
}

bool TriedInVain() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

absl::StatusOr<std::unique_ptr<Line>> Line::Open(uint32_t seed) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return absl::ErrnoToStatus(errno, "a socket");
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, kBacklog) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    const int error = errno;
    close(listener);
    return absl::ErrnoToStatus(error, "a port");
  }
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    close(listener);
    return absl::ErrnoToStatus(errno, "an eventfd");
  }
  return std::unique_ptr<Line>(new Line(listener, wake, ntohs(address.sin_port), seed));
}

Line::Line(int listener, int wake, int port, uint32_t seed)
    : listener_(listener), wake_(wake), port_(port), dice_(seed), thread_([this] { Carry(); }) {}

Line::~Line() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  for (const Link& link : links_) End(link, /*reset=*/true);
  close(listener_);
  close(wake_);
}

void Line::Become(Mode mode) {
  std::unique_lock lock(mutex_);
  wanted_ = mode;
  eventfd_write(wake_, 1);
  turned_.wait(lock, [&] { return is_ == mode; });
}

Line::Met Line::met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

void Line::Count(uint64_t Met::*what) {
  const std::lock_guard lock(mutex_);
  ++(met_.*what);
}

void Line::End(const Link& link, bool reset) {
  for (const int socket : {link.there.from, link.there.to}) reset ? Reset(socket) : void(close(socket));
}

// --- The thread ---

void Line::Carry() {
  Mode mode = Mode::kOpen;
  for (;;) {
    std::vector<pollfd> polled = {{wake_, POLLIN, 0}};
    int wait_ms = kForEver;
    if (mode != Mode::kStalled) {
      const bool room = links_.size() < kLinksMax;
      polled.push_back({listener_, static_cast<short>(room ? POLLIN : 0), 0});
      const auto now = Clock::now();
      for (Link& link : links_) {
        for (Way* way : {&link.there, &link.back}) {
          // A socket is read by one direction and written by the other.
          Way* const other = way == &link.there ? &link.back : &link.there;
          const bool reads = !way->ended && way->bytes < kWaitingBytesMax;
          bool writes = false;
          if (!other->waiting.empty()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(other->waiting.front().due - now);
            writes = left.count() <= 0;
            const int left_ms = static_cast<int>(left.count());
            if (!writes && (wait_ms == kForEver || left_ms < wait_ms)) wait_ms = left_ms;
          }
          const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
          // One that is polled for nothing would still tell of its end, again and again.
          polled.push_back({events == 0 ? -1 : way->from, static_cast<short>(events), 0});
        }
      }
    }
    if (poll(polled.data(), polled.size(), wait_ms) < 0) continue;
    if (polled[0].revents != 0) {
      eventfd_t ignored;
      eventfd_read(wake_, &ignored);
      Mode wanted;
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        wanted = wanted_;
      }
      if (wanted != mode) Turn(mode = wanted);
      continue;  // The next look is by the new mode.
    }
    size_t at = 2;
    for (Link& link : links_) {
      for (Way* way : {&link.there, &link.back}) {
        const short seen = polled[at++].revents;
        if (seen == 0 || link.broken) continue;
        if ((seen & (POLLIN | POLLHUP | POLLERR)) != 0 && !way->ended) Read(way, &link, mode);
        Way* const other = way == &link.there ? &link.back : &link.there;
        if ((seen & (POLLOUT | POLLERR)) != 0) Write(other, &link);
      }
      // What is not delayed goes on at once.
      for (Way* way : {&link.there, &link.back}) {
        if (!link.broken) Write(way, &link);
      }
    }
    links_.remove_if([](const Link& link) {
      if (link.broken || link.over()) End(link, link.broken);
      return link.broken || link.over();
    });
    if (polled[1].revents != 0) LetIn(mode);
  }
}

// To another mode, and says so.
void Line::Turn(Mode mode) {
  uint64_t reset = 0, held = 0;
  if (mode == Mode::kCut) {
    reset = links_.size();
    for (const Link& link : links_) End(link, /*reset=*/true);
    links_.clear();
  }
  const std::lock_guard lock(mutex_);
  if (is_ == Mode::kStalled) {
    for (const Link& link : links_) {
      pollfd ends[] = {{link.there.from, POLLIN, 0}, {link.back.from, POLLIN, 0}};
      held += poll(ends, 2, 0) > 0;
    }
  }
  met_.reset += reset;
  met_.held += held;
  is_ = mode;
  turned_.notify_all();
}

void Line::LetIn(Mode mode) {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0) return;
  if (mode == Mode::kCut) {
    Count(&Met::refused);
    return Reset(client);
  }
  // On loopback a connection is there at once, or refused at once.
  const int broker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(to_);
  if (broker < 0 || connect(broker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (broker >= 0) close(broker);
    return Reset(client);
  }
  NoDelay(client);
  NoDelay(broker);
  Link& link = links_.emplace_back();
  link.there.from = link.back.to = client;
  link.there.to = link.back.from = broker;
}

void Line::Read(Way* way, Link* link, Mode mode) {
  char bytes[kChunkBytesMax];
  const ssize_t count = recv(way->from, bytes, sizeof bytes, MSG_DONTWAIT);
  if (count < 0) {
    if (!TriedInVain()) link->broken = true;
    return;
  }
  if (count == 0) {
    way->ended = true;
    return;
  }
  auto due = Clock::now();
  if (mode == Mode::kSlow) {
    if (std::uniform_int_distribution<int>(1, kChunksPerDrop)(dice_) == 1) {
      Count(&Met::reset);
      link->broken = true;
      return;
    }
    Count(&Met::delayed);
    due += std::chrono::milliseconds(
        std::uniform_int_distribution<int>(0, static_cast<int>(kDelayMax.count()))(dice_));
  }
  if (!way->waiting.empty()) due = std::max(due, way->waiting.back().due);
  way->waiting.push_back({due, std::string(bytes, static_cast<size_t>(count))});
  way->bytes += static_cast<size_t>(count);
}

void Line::Write(Way* way, Link* link) {
  const auto now = Clock::now();
  while (!way->waiting.empty() && way->waiting.front().due <= now) {
    Chunk& chunk = way->waiting.front();
    const ssize_t count = send(way->to, chunk.bytes.data() + chunk.sent, chunk.bytes.size() - chunk.sent,
                               MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) {
      if (!TriedInVain()) link->broken = true;
      return;
    }
    chunk.sent += static_cast<size_t>(count);
    way->bytes -= static_cast<size_t>(count);
    if (chunk.sent == chunk.bytes.size()) way->waiting.pop_front();
  }
  if (way->ended && !way->closed && way->waiting.empty()) {
    shutdown(way->to, SHUT_WR);
    way->closed = true;
  }
}

}  // namespace afterbell::fault
