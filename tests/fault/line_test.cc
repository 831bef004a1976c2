// The line of the fault tests itself: what it does to bytes and connections in each of its modes.
#include "tests/fault/line.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace afterbell::fault {
namespace {

constexpr int kAtMostMs = 30000;
constexpr int kNothingForMs = 100;
// What the kernel may keep in sockets beside the line.
constexpr size_t kKernelBytesMax = 32 << 20;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  Socket(Socket&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  ~Socket() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

  bool Readable(int at_most_ms = kAtMostMs) const {
    pollfd one{number_, POLLIN, 0};
    return poll(&one, 1, at_most_ms) > 0;
  }
  void Send(const std::string& bytes) const {
    ASSERT_EQ(send(number_, bytes.data(), bytes.size(), MSG_NOSIGNAL), bytes.size());
  }
  // What comes until there are so many bytes, or an end or a reset.
  std::string Receive(size_t count) const {
    std::string bytes(count, '\0');
    size_t have = 0;
    while (have < count && Readable()) {
      const ssize_t more = recv(number_, bytes.data() + have, count - have, 0);
      if (more <= 0) break;
      have += static_cast<size_t>(more);
    }
    bytes.resize(have);
    return bytes;
  }
  // How the other end went: 0 in order, else errno.
  int Ended() const {
    char byte;
    if (!Readable()) return ETIMEDOUT;
    return recv(number_, &byte, 1, 0) == 0 ? 0 : errno;
  }

 private:
  int number_;
};

class LineTest : public testing::Test {
 protected:
  LineTest() : listener_(socket(AF_INET, SOCK_STREAM, 0)), line_(*Line::Open(/*seed=*/1)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    bind(listener_.number(), reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_.number(), 8);
    getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &size);
    line_->LeadTo(ntohs(address.sin_port));
  }

  Socket Connect() const {
    Socket client(socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in address = Loopback(line_->port());
    EXPECT_EQ(connect(client.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return client;
  }
  Socket Accept() const {
    EXPECT_TRUE(listener_.Readable());
    return Socket(accept(listener_.number(), nullptr, nullptr));
  }

  const Socket listener_;
  const std::unique_ptr<Line> line_;
};

TEST_F(LineTest, CarriesBothWaysAndTellsOfAnEnd) {
  const Socket client = Connect();
  const Socket broker = Accept();
  client.Send("asked");
  EXPECT_EQ(broker.Receive(5), "asked");
  broker.Send("answered");
  EXPECT_EQ(client.Receive(8), "answered");
  shutdown(client.number(), SHUT_WR);
  EXPECT_EQ(broker.Ended(), 0);
  broker.Send("last");
  EXPECT_EQ(client.Receive(4), "last");
}

TEST_F(LineTest, HoldsNoMoreThanItsLimitAndLosesNothingOfIt) {
  const Socket client = Connect();
  const Socket broker = Accept();
  std::string sent;
  pollfd writable{client.number(), POLLOUT, 0};
  while (poll(&writable, 1, kNothingForMs) > 0 && sent.size() < 2 * kKernelBytesMax) {
    const std::string block(1 << 16, static_cast<char>('a' + sent.size() / (1 << 16) % 26));
    const ssize_t count = send(client.number(), block.data(), block.size(), MSG_DONTWAIT);
    if (count > 0) sent.append(block, 0, static_cast<size_t>(count));
  }
  EXPECT_LT(sent.size(), kKernelBytesMax + Line::kWaitingBytesMax);
  EXPECT_TRUE(broker.Receive(sent.size()) == sent);
}

TEST_F(LineTest, CutResetsWhatThereIsAndWhoComes) {
  const Socket client = Connect();
  const Socket broker = Accept();
  line_->Become(Line::Mode::kCut);
  EXPECT_EQ(client.Ended(), ECONNRESET);
  EXPECT_EQ(broker.Ended(), ECONNRESET);
  EXPECT_EQ(Connect().Ended(), ECONNRESET);
  EXPECT_EQ(line_->met().reset, 1);
  EXPECT_EQ(line_->met().refused, 1);
  line_->Become(Line::Mode::kOpen);
  const Socket again = Connect();
  const Socket there = Accept();
  again.Send("again");
  EXPECT_EQ(there.Receive(5), "again");
}

TEST_F(LineTest, StandsStillAndThenPassesWhatWaited) {
  const Socket client = Connect();
  const Socket broker = Accept();
  line_->Become(Line::Mode::kStalled);
  client.Send("there");
  broker.Send("back");
  const Socket late = Connect();
  EXPECT_FALSE(broker.Readable(kNothingForMs));
  EXPECT_FALSE(client.Readable(0));
  EXPECT_FALSE(listener_.Readable(0));
  line_->Become(Line::Mode::kOpen);
  EXPECT_EQ(broker.Receive(5), "there");
  EXPECT_EQ(client.Receive(4), "back");
  Accept();
  EXPECT_EQ(line_->met().held, 1);
  EXPECT_EQ(line_->met().reset, 0);
}

TEST_F(LineTest, SlowDelaysInOrderAndDropsSome) {
  line_->Become(Line::Mode::kSlow);
  uint64_t rounds = 0;
  const auto begun = std::chrono::steady_clock::now();
  while (line_->met().reset == 0) {
    const Socket client = Connect();
    const Socket broker = Accept();
    for (char round = 'a'; round <= 'z'; ++round) {
      client.Send(std::string(1, round));
      const std::string got = broker.Receive(1);
      if (got.empty()) {
        EXPECT_EQ(line_->met().reset, 1);
        break;
      }
      ASSERT_EQ(got, std::string(1, round));
      ++rounds;
    }
  }
  EXPECT_EQ(line_->met().delayed, rounds);
  // On average half the longest; a quarter is far from it.
  EXPECT_GT(std::chrono::steady_clock::now() - begun, rounds * Line::kDelayMax / 4);
}

}  // namespace
}  // namespace afterbell::fault
