// The bytes of a segment file: a header, then frames, then zeros.
//
// First bytes are chosen for ever, so this file decides them and nothing else does. All numbers
// are little-endian.
//
//   header, 64 bytes
//     0 magic "afbllog\n"   8 format version   12 header bytes   16 sequence   24 salt
//    32 where the segment before ends          40 its salt       48 zeros      56 XXH3-64 of 0..56
//   frame, a multiple of 8 bytes, at a multiple of 8
//     0 XXH3-64 of everything after it          8 kind           12 payload bytes
//    16 partition reference  20 durable below   24 payload, zeros to the multiple of 8
//
// Why so:
//   - The checksum is seeded with the segment's random salt and the frame's position, so a frame
//     is valid where it was written and nowhere else: a value that happens to hold the bytes of a
//     frame (a log inside a log) is never taken for one.
//   - "Durable below" (in units of 8 bytes) says how much of the file had been synced when the
//     frame was made: the start of its group commit. It tells a torn tail from damage. The disk
//     may write the pages of one group commit in any order, so a valid frame behind a bad one
//     proves nothing by itself; it proves damage when it says that the bad one had been durable.
//   - A segment names each of its partitions once, in a frame of its own kind with the offset of
//     the first record, so it can be read without any other file.
//   - A mark has no payload and says only: all before me is durable. It is written, unsynced, when
//     the writer runs idle, and the next group commit writes over it.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_FRAME_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_FRAME_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/platform/log/log.h"

namespace afterbell::embedded {

inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint64_t kAlignment = 8;
inline constexpr uint64_t kSegmentHeaderBytes = 64;
inline constexpr uint64_t kFrameHeaderBytes = 24;
inline constexpr uint64_t kMarkBytes = kFrameHeaderBytes;
// Positions are stored as 32 bits in units of 8 bytes.
inline constexpr uint64_t kSegmentBytesMax = uint64_t{16} << 30;
inline constexpr uint64_t kServiceNameBytesMax = 255;

inline constexpr uint64_t Align(uint64_t bytes) { return (bytes + kAlignment - 1) & ~(kAlignment - 1); }
inline constexpr uint64_t FrameBytes(uint64_t payload_bytes) {
  return kFrameHeaderBytes + Align(payload_bytes);
}

struct SegmentHeader {
  uint64_t sequence = 0;
  uint64_t salt = 0;            // Random; part of every checksum in the segment.
  uint64_t previous_bytes = 0;  // Where the frames of the segment before end; 0 in the first one.
  uint64_t previous_salt = 0;
};

std::string EncodeSegmentHeader(const SegmentHeader& header);

// DATA_LOSS when these are not the bytes of a header, FAILED_PRECONDITION when they are those of
// another format version. The caller adds the file's name.
absl::StatusOr<SegmentHeader> DecodeSegmentHeader(std::string_view bytes);

enum class FrameKind : uint32_t {
  kRecord = 0x31524341,     // "ACR1"
  kPartition = 0x31504341,  // "ACP1"
  kMark = 0x314d4341,       // "ACM1"
};

struct Frame {
  FrameKind kind;
  uint32_t partition;      // The reference within this segment, from 1 on; 0 in a mark.
  uint64_t durable_below;  // In bytes.
  std::string_view payload;
  uint64_t bytes;  // With header and padding.
};

// Appends the bytes of a frame that will lie at `position` of the file to `out`.
void EncodeFrame(FrameKind kind, uint32_t partition, uint64_t durable_below, std::string_view payload,
                 uint64_t position, uint64_t salt, std::string* out);

// The frame at `position` of the file, if a valid one lies there; `bytes` begin at that position.
std::optional<Frame> DecodeFrame(std::string_view bytes, uint64_t position, uint64_t salt);

// A look at the first bytes only: could a frame begin here that says `durable_below` is above
// `position_min`? Makes searching a damaged tail cheap.
bool MayBeFrameAbove(std::string_view bytes, uint64_t position_min);

// The payload of a kPartition frame.
struct PartitionDeclaration {
  PartitionId id;
  uint64_t first_offset = 0;
};

std::string EncodeDeclaration(const PartitionDeclaration& declaration);
std::optional<PartitionDeclaration> DecodeDeclaration(std::string_view payload);
inline uint64_t DeclarationFrameBytes(const PartitionId& id) { return FrameBytes(12 + id.service.size()); }

// Little-endian integers at `bytes`, for this folder's formats.
static_assert(std::endian::native == std::endian::little, "the formats are little-endian");
template <class T>
T Load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}
template <class T>
void Store(T value, char* bytes) {
  std::memcpy(bytes, &value, sizeof(value));
}

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_FRAME_H_
