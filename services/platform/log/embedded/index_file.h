// The index of a closed segment: per partition, where its records lie.
//
// Derived from the segment and rebuilt when missing or damaged, so it is written without a sync.
// Two checksums: one over the table of partitions, which every open reads, one over the positions,
// which are read only when somebody reads that segment; opening a log thus costs its partitions,
// not its records.
//
//   head, 64 bytes
//     0 magic "afblidx\n"   8 format version   12 partitions   16 salt of the segment
//    24 bytes of the segment  32 records       40 bytes of the table
//    48 XXH3-64 of the positions               56 XXH3-64 of 0..56 and the table
//   table, per partition in order of reference, the whole padded to a multiple of 8
//     0 first offset   8 records   16 number   20 bytes of the name   24 name
//   positions, 4 bytes each in units of 8 bytes, in order of the table
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_INDEX_FILE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_INDEX_FILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/platform/log/embedded/scan.h"
#include "services/platform/log/log.h"

namespace afterbell::embedded {

inline constexpr uint64_t kIndexHeadBytes = 64;

std::string EncodeIndex(uint64_t salt, uint64_t segment_bytes, const SegmentContent& content);

struct IndexedPartition {
  PartitionId id;
  uint64_t first_offset = 0;
  uint64_t records = 0;
};

struct IndexHead {
  uint64_t records = 0;
  uint64_t table_bytes = 0;
};

// Nothing when the head is not that of an index of the segment with this salt and size. Does not
// know yet whether it is damaged: that takes the table.
std::optional<IndexHead> DecodeIndexHead(std::string_view head, uint64_t salt, uint64_t segment_bytes);

// The table; nothing when damaged. `bytes` begin at the head.
std::optional<std::vector<IndexedPartition>> DecodeIndexTable(std::string_view bytes, const IndexHead& head);

// The positions of a whole index file; nothing when anything in it is damaged.
std::optional<std::string_view> DecodeIndexPositions(std::string_view bytes, uint64_t salt,
                                                     uint64_t segment_bytes);

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_INDEX_FILE_H_
