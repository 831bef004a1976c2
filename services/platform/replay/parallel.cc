#include "services/platform/replay/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace afterbell::replay {

absl::Status ForEachPiece(size_t pieces, int threads, const std::function<absl::Status(size_t piece)>& work) {
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  size_t failed_piece = pieces;
  absl::Status status;
  const auto run = [&] {
    for (size_t piece = next++; piece < pieces && !failed; piece = next++) {
      absl::Status done = work(piece);
      if (done.ok()) continue;
      failed = true;
      std::lock_guard<std::mutex> lock(mutex);
      if (piece < failed_piece) {
        failed_piece = piece;
        status = std::move(done);
      }
    }
  };
  size_t wanted =
      threads > 0 ? static_cast<size_t>(threads) : std::max(1u, std::thread::hardware_concurrency());
  wanted = std::min(wanted, pieces);
  std::vector<std::thread> others;
  for (size_t i = 1; i < wanted; ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
  return status;
}

}  // namespace afterbell::replay
