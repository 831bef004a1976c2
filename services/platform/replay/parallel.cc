#include "services/platform/replay/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

namespace afterbell::replay {

absl::Status ForEachPiece(const std::vector<uint64_t>& sizes, int threads,
                          const std::function<absl::Status(size_t piece)>& work) {
  const size_t pieces = sizes.size();
  std::vector<size_t> order(pieces);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return sizes[a] > sizes[b]; });
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  size_t failed_piece = pieces;
  absl::Status status;
  const auto run = [&] {
    for (size_t place = next++; place < pieces && !failed; place = next++) {
      const size_t piece = order[place];
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
