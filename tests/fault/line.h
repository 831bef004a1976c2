// A line to a broker that can be cut, stand still or be slow: a port on loopback that leads to another one.
//
// A client of Kafka goes on by the address that a broker tells it, so the broker must tell this port to
// those who come through it (`tools/kafka up --line`).
//
// A cut line resets what it carries and whoever comes anew. A line that stands still passes nothing and
// resets nothing: who comes anew waits to be let in. A slow one delays every chunk by up to kDelayMax, in
// order, and resets a connection at one chunk of kChunksPerDrop.
//
// Threads: any; a thread of its own carries the bytes. What waits in it is bounded, by kWaitingBytesMax in
// each direction of a connection and kLinksMax connections; above that it does not read, nor let in.
#ifndef AFTERBELL_TESTS_FAULT_LINE_H_
#define AFTERBELL_TESTS_FAULT_LINE_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace afterbell::fault {

class Line {
 public:
  static constexpr size_t kChunkBytesMax = 16 << 10;
  static constexpr size_t kWaitingBytesMax = 256 << 10;
  static constexpr size_t kLinksMax = 512;
  static constexpr std::chrono::milliseconds kDelayMax{300};
  static constexpr int kChunksPerDrop = 30;

  enum class Mode { kOpen, kCut, kStalled, kSlow };

  // What faults have met: else they have shown nothing.
  struct Met {
    uint64_t reset = 0;    // Connections.
    uint64_t refused = 0;  // Connections that came while it was cut.
    uint64_t held = 0;     // Connections on which something waited when it no longer stood still.
    uint64_t delayed = 0;  // Chunks.
  };

  // Chooses a port. It leads nowhere yet, which is like being cut.
  static absl::StatusOr<std::unique_ptr<Line>> Open(uint32_t seed);
  ~Line();

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  void LeadTo(int port) { to_ = port; }

  // Returns when it is so.
  void Become(Mode mode);

  Met met() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Chunk {
    Clock::time_point due;
    std::string bytes;
    size_t sent = 0;
  };
  // One direction of a connection.
  struct Way {
    int from = -1, to = -1;
    std::deque<Chunk> waiting;
    size_t bytes = 0;
    bool ended = false;   // Nothing comes any more,
    bool closed = false;  // which the other end knows.
  };
  struct Link {
    Way there, back;
    bool broken = false;
    bool over() const { return there.closed && back.closed; }
  };

  Line(int listener, int wake, int port, uint32_t seed);

  void Carry();
  void Turn(Mode mode);
  void LetIn(Mode mode);
  void Read(Way* way, Link* link, Mode mode);
  void Write(Way* way, Link* link);
  void Count(uint64_t Met::*what);
  static void End(const Link& link, bool reset);

  const int listener_, wake_, port_;
  std::atomic<int> to_{0};

  mutable std::mutex mutex_;
  std::condition_variable turned_;
  Mode wanted_ = Mode::kOpen, is_ = Mode::kOpen;  // Guarded by mutex_, as are the next two.
  bool stopping_ = false;
  Met met_;

  std::list<Link> links_;  // Of the thread, as are the dice.
  std::mt19937 dice_;
  std::thread thread_;
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_LINE_H_
