#include "services/platform/log/embedded/frame.h"

#include <xxhash.h>

#include "absl/strings/str_cat.h"

namespace afterbell::embedded {
namespace {

constexpr char kMagic[] = "afbllog\n";
constexpr uint64_t kHeaderChecksumAt = kSegmentHeaderBytes - 8;

uint64_t FrameChecksum(std::string_view after_checksum, uint64_t position, uint64_t salt) {
  return XXH3_64bits_withSeed(after_checksum.data(), after_checksum.size(), salt ^ position);
}

bool IsKind(uint32_t kind) {
  return kind == static_cast<uint32_t>(FrameKind::kRecord) ||
         kind == static_cast<uint32_t>(FrameKind::kPartition) ||
         kind == static_cast<uint32_t>(FrameKind::kMark);
}

}  // namespace

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string bytes(kSegmentHeaderBytes, '\0');
  std::memcpy(bytes.data(), kMagic, 8);
  Store<uint32_t>(kFormatVersion, &bytes[8]);
  Store<uint32_t>(kSegmentHeaderBytes, &bytes[12]);
  Store<uint64_t>(header.sequence, &bytes[16]);
  Store<uint64_t>(header.salt, &bytes[24]);
  Store<uint64_t>(header.previous_bytes, &bytes[32]);
  Store<uint64_t>(header.previous_salt, &bytes[40]);
  Store<uint64_t>(XXH3_64bits(bytes.data(), kHeaderChecksumAt), &bytes[kHeaderChecksumAt]);
  return bytes;
}

absl::StatusOr<SegmentHeader> DecodeSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || std::memcmp(bytes.data(), kMagic, 8) != 0) {
    return absl::DataLossError("no segment header");
  }
  // The version before the checksum: another version may keep its checksum elsewhere.
  if (const uint32_t version = Load<uint32_t>(&bytes[8]); version != kFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("format version ", version, ", this program reads version ", kFormatVersion));
  }
  if (XXH3_64bits(bytes.data(), kHeaderChecksumAt) != Load<uint64_t>(&bytes[kHeaderChecksumAt])) {
    return absl::DataLossError("damaged segment header");
  }
  return SegmentHeader{.sequence = Load<uint64_t>(&bytes[16]),
                       .salt = Load<uint64_t>(&bytes[24]),
                       .previous_bytes = Load<uint64_t>(&bytes[32]),
                       .previous_salt = Load<uint64_t>(&bytes[40])};
}

void EncodeFrame(FrameKind kind, uint32_t partition, uint64_t durable_below, std::string_view payload,
                 uint64_t position, uint64_t salt, std::string* out) {
  const size_t start = out->size();
  out->resize(start + kFrameHeaderBytes);
  char* header = &(*out)[start];
  Store<uint32_t>(static_cast<uint32_t>(kind), header + 8);
  Store<uint32_t>(payload.size(), header + 12);
  Store<uint32_t>(partition, header + 16);
  Store<uint32_t>(durable_below / kAlignment, header + 20);
  out->append(payload);
  out->resize(start + FrameBytes(payload.size()), '\0');
  const std::string_view frame = std::string_view(*out).substr(start);
  Store<uint64_t>(FrameChecksum(frame.substr(8), position, salt), &(*out)[start]);
}

std::optional<Frame> DecodeFrame(std::string_view bytes, uint64_t position, uint64_t salt) {
  if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
  const uint32_t kind = Load<uint32_t>(&bytes[8]);
  const uint32_t payload_bytes = Load<uint32_t>(&bytes[12]);
  const uint64_t frame_bytes = FrameBytes(payload_bytes);
  if (!IsKind(kind) || frame_bytes > bytes.size()) return std::nullopt;
  if (FrameChecksum(bytes.substr(8, frame_bytes - 8), position, salt) != Load<uint64_t>(bytes.data())) {
    return std::nullopt;
  }
  return Frame{.kind = static_cast<FrameKind>(kind),
               .partition = Load<uint32_t>(&bytes[16]),
               .durable_below = Load<uint32_t>(&bytes[20]) * kAlignment,
               .payload = bytes.substr(kFrameHeaderBytes, payload_bytes),
               .bytes = frame_bytes};
}

bool MayBeFrameAbove(std::string_view bytes, uint64_t position_min) {
  return bytes.size() >= kFrameHeaderBytes && IsKind(Load<uint32_t>(&bytes[8])) &&
         Load<uint32_t>(&bytes[20]) * kAlignment > position_min;
}

std::string EncodeDeclaration(const PartitionDeclaration& declaration) {
  std::string payload(12, '\0');
  Store<uint64_t>(declaration.first_offset, &payload[0]);
  Store<uint32_t>(declaration.id.number, &payload[8]);
  return payload + declaration.id.service;
}

std::optional<PartitionDeclaration> DecodeDeclaration(std::string_view payload) {
  if (payload.size() < 12) return std::nullopt;
  return PartitionDeclaration{.id = {std::string(payload.substr(12)), Load<uint32_t>(&payload[8])},
                              .first_offset = Load<uint64_t>(&payload[0])};
}

}  // namespace afterbell::embedded
