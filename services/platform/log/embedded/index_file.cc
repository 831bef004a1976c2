#include "services/platform/log/embedded/index_file.h"

#include <xxhash.h>

#include <cstring>

namespace afterbell::embedded {
namespace {

constexpr char kMagic[] = "afblidx\n";
constexpr uint32_t kIndexVersion = 1;
constexpr uint64_t kTableEntryBytes = 24;

// The head without its own checksum field, then the table.
uint64_t TableChecksum(std::string_view bytes, uint64_t table_bytes) {
  return XXH3_64bits_withSeed(&bytes[kIndexHeadBytes], table_bytes, XXH3_64bits(bytes.data(), 56));
}

}  // namespace

std::string EncodeIndex(uint64_t salt, uint64_t segment_bytes, const SegmentContent& content) {
  std::string table;
  std::string positions;
  for (const SegmentPartition& partition : content) {
    char entry[kTableEntryBytes] = {};
    Store<uint64_t>(partition.first_offset, entry);
    Store<uint64_t>(partition.positions.size(), entry + 8);
    Store<uint32_t>(partition.id.number, entry + 16);
    Store<uint32_t>(partition.id.service.size(), entry + 20);
    table.append(entry, sizeof(entry)).append(partition.id.service);
    positions.append(reinterpret_cast<const char*>(partition.positions.data()),
                     partition.positions.size() * sizeof(uint32_t));
  }
  table.resize(Align(table.size()), '\0');

  std::string bytes(kIndexHeadBytes, '\0');
  std::memcpy(bytes.data(), kMagic, 8);
  Store<uint32_t>(kIndexVersion, &bytes[8]);
  Store<uint32_t>(content.size(), &bytes[12]);
  Store<uint64_t>(salt, &bytes[16]);
  Store<uint64_t>(segment_bytes, &bytes[24]);
  Store<uint64_t>(positions.size() / sizeof(uint32_t), &bytes[32]);
  Store<uint64_t>(table.size(), &bytes[40]);
  Store<uint64_t>(XXH3_64bits(positions.data(), positions.size()), &bytes[48]);
  bytes += table;
  Store<uint64_t>(TableChecksum(bytes, table.size()), &bytes[56]);
  bytes += positions;
  return bytes;
}

std::optional<IndexHead> DecodeIndexHead(std::string_view head, uint64_t salt, uint64_t segment_bytes) {
  if (head.size() < kIndexHeadBytes || std::memcmp(head.data(), kMagic, 8) != 0 ||
      Load<uint32_t>(&head[8]) != kIndexVersion || Load<uint64_t>(&head[16]) != salt ||
      Load<uint64_t>(&head[24]) != segment_bytes) {
    return std::nullopt;
  }
  IndexHead decoded{.records = Load<uint64_t>(&head[32]), .table_bytes = Load<uint64_t>(&head[40])};
  // Bounds that a real index keeps; they make the sums below safe from overflow.
  if (decoded.records > segment_bytes || decoded.table_bytes > segment_bytes) return std::nullopt;
  return decoded;
}

std::optional<std::vector<IndexedPartition>> DecodeIndexTable(std::string_view bytes, const IndexHead& head) {
  if (bytes.size() < kIndexHeadBytes + head.table_bytes) return std::nullopt;
  if (TableChecksum(bytes, head.table_bytes) != Load<uint64_t>(&bytes[56])) return std::nullopt;
  std::string_view table = bytes.substr(kIndexHeadBytes, head.table_bytes);
  std::vector<IndexedPartition> partitions(Load<uint32_t>(&bytes[12]));
  uint64_t records = 0;
  for (IndexedPartition& partition : partitions) {
    if (table.size() < kTableEntryBytes) return std::nullopt;
    const uint32_t name_bytes = Load<uint32_t>(&table[20]);
    if (table.size() < kTableEntryBytes + name_bytes) return std::nullopt;
    partition.first_offset = Load<uint64_t>(&table[0]);
    partition.records = Load<uint64_t>(&table[8]);
    partition.id = {std::string(table.substr(kTableEntryBytes, name_bytes)), Load<uint32_t>(&table[16])};
    records += partition.records;
    table.remove_prefix(kTableEntryBytes + name_bytes);
  }
  if (records != head.records) return std::nullopt;
  return partitions;
}

std::optional<std::string_view> DecodeIndexPositions(std::string_view bytes, uint64_t salt,
                                                     uint64_t segment_bytes) {
  const std::optional<IndexHead> head = DecodeIndexHead(bytes, salt, segment_bytes);
  if (!head) return std::nullopt;
  const uint64_t positions_at = kIndexHeadBytes + head->table_bytes;
  const uint64_t positions_bytes = head->records * sizeof(uint32_t);
  if (bytes.size() != positions_at + positions_bytes) return std::nullopt;
  if (TableChecksum(bytes, head->table_bytes) != Load<uint64_t>(&bytes[56])) return std::nullopt;
  const std::string_view positions = bytes.substr(positions_at);
  if (XXH3_64bits(positions.data(), positions.size()) != Load<uint64_t>(&bytes[48])) return std::nullopt;
  return positions;
}

}  // namespace afterbell::embedded
