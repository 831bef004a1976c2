// Work on all cores: numbered pieces, each done once, by whichever thread is free, the largest first: one
// that is begun last should not be what all wait for.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_PARALLEL_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_PARALLEL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"

namespace afterbell::replay {

// Calls work(piece) for each place of `sizes`, on `threads` threads (0: as many as there are cores), and
// waits. After an error no new piece is begun; the error of the lowest piece is returned, so that the same
// damage is reported the same way each time it is met alone.
absl::Status ForEachPiece(const std::vector<uint64_t>& sizes, int threads,
                          const std::function<absl::Status(size_t piece)>& work);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_PARALLEL_H_
