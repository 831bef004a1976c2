// Work on all cores: numbered pieces, each done once, by whichever thread is free.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_PARALLEL_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_PARALLEL_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"

namespace afterbell::replay {

// Calls work(0) … work(pieces − 1) on `threads` threads (0: as many as there are cores) and waits.
// After an error no new piece is begun; the error of the lowest piece is returned, so that the
// same damage is reported the same way each time it is met alone.
absl::Status ForEachPiece(size_t pieces, int threads, const std::function<absl::Status(size_t piece)>& work);

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_PARALLEL_H_
