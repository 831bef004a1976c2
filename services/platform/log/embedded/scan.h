// Walking the frames of a segment: what it holds, where it ends, and whether that end is one.
//
// Used for the last segment at every open, for a segment whose index is missing, and to verify.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_SCAN_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_SCAN_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/log/embedded/frame.h"
#include "services/platform/log/log.h"

namespace afterbell::embedded {

// Where frames end that lie one behind the other from `base` on; `bytes` begin at `base`.
struct FramesEnd {
  uint64_t end = 0;      // Behind the last valid frame that is not a mark.
  uint64_t durable = 0;  // What these frames and the mark prove to have been synced.
  bool marked = false;   // A mark lies at `end`.
};
FramesEnd FindEnd(std::string_view bytes, uint64_t base, uint64_t salt);

// What lies behind the end of the frames.
struct Tail {
  uint64_t garbage_bytes = 0;  // From `end` to the last byte that is not zero; a mark is no garbage.
  // A valid frame that was written after `end` had been durable: what should lie at `end` is lost.
  std::optional<uint64_t> witness;
};
Tail ExamineTail(std::string_view bytes, uint64_t base, uint64_t salt, const FramesEnd& end);

// What a segment holds of one partition. Positions are in units of 8 bytes.
struct SegmentPartition {
  PartitionId id;
  uint64_t first_offset = 0;
  std::vector<uint32_t> positions;
};

// By partition reference, the first one (reference 1) at 0.
using SegmentContent = std::vector<SegmentPartition>;

// Adds the frames from `base` up to `limit`, both boundaries of frames, to `content`. DATA_LOSS
// with the position of the first frame that is not valid or not sensible; the caller adds the
// name of the file.
absl::Status ReadContent(std::string_view bytes, uint64_t base, uint64_t limit, uint64_t salt,
                         SegmentContent* content);

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_SCAN_H_
