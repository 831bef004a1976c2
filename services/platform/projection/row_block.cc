#include "services/platform/projection/row_block.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace afterbell {
namespace {

// A block is as large as all before it, within these.
constexpr size_t kLeastBlock = 1 << 10;
constexpr size_t kMostBlock = 256 << 10;
// What a row may take in the index of those that were looked for.
constexpr size_t kIndexBytes = 32;

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

// What is compared first: so many bytes as a number.
constexpr size_t kHeadBytes = sizeof(uint64_t);
uint64_t HeadOf(std::string_view text) {
  unsigned char bytes[kHeadBytes] = {};
  std::memcpy(bytes, text.data(), std::min(text.size(), kHeadBytes));
  uint64_t head = 0;
  for (const unsigned char byte : bytes) head = head << 8 | byte;
  return head;
}

size_t CommonPrefix(std::string_view a, std::string_view b, size_t most) {
  most = std::min({most, a.size(), b.size()});
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + most, b.begin()).first - a.begin());
}

}  // namespace

RowBlock::RowBlock(std::initializer_list<std::pair<std::string_view, std::optional<std::string_view>>> rows) {
  for (const auto& [key, value] : rows) {
    if (value) {
      Set(key, *value);
    } else {
      Clear(key);
    }
  }
}

char* RowBlock::Allocate(size_t bytes) {
  if (blocks_.empty() || block_bytes_ - used_ < bytes) {
    block_bytes_ = std::max(bytes, std::clamp(allocated_, kLeastBlock, kMostBlock));
    blocks_.push_back(std::unique_ptr<char[]>(new char[block_bytes_]));  // Not cleared first.
    allocated_ += block_bytes_;
    used_ = 0;
  }
  char* const at = blocks_.back().get() + used_;
  used_ += bytes;
  return at;
}

void RowBlock::Set(std::string_view before, std::string_view key, size_t value_bytes,
                   absl::FunctionRef<void(char*)> fill) {
  const size_t key_bytes = before.size() + key.size();
  char* const at = Allocate(key_bytes + value_bytes);
  std::copy(before.begin(), before.end(), at);
  std::copy(key.begin(), key.end(), at + before.size());
  fill(at + key_bytes);
  rows_.push_back({{at, key_bytes}, {at + key_bytes, value_bytes}});
}

void RowBlock::Set(std::string_view key, std::string_view value) {
  char* const at = Allocate(key.size() + value.size());
  std::copy(key.begin(), key.end(), at);
  std::copy(value.begin(), value.end(), at + key.size());
  rows_.push_back({{at, key.size()}, {at + key.size(), value.size()}});
}

void RowBlock::Clear(std::string_view key) {
  char* const at = Allocate(key.size());
  std::copy(key.begin(), key.end(), at);
  rows_.push_back({{at, key.size()}, {}});
}

size_t RowBlock::bytes() const { return allocated_ + rows_.size() * sizeof(Row) + indexed_ * kIndexBytes; }

std::vector<RowBlock::Row> Sorted(const std::vector<const RowBlock*>& blocks) {
  size_t count = 0;
  const RowBlock::Row* first = nullptr;
  for (const RowBlock* block : blocks) {
    count += block->size();
    if (first == nullptr && !block->empty()) first = &block->rows().front();
  }
  std::vector<RowBlock::Row> sorted;
  if (first == nullptr) return sorted;
  // Keys that begin alike are told apart by what follows that.
  size_t alike = first->key.size();
  for (const RowBlock* block : blocks) {
    for (const RowBlock::Row& row : block->rows()) alike = CommonPrefix(row.key, first->key, alike);
  }
  struct Place {
    uint64_t head;
    uint32_t block;
    const RowBlock::Row* row;
  };
  std::vector<Place> places;
  places.reserve(count);
  for (uint32_t i = 0; i < blocks.size(); ++i) {
    for (const RowBlock::Row& row : blocks[i]->rows())
      places.push_back({HeadOf(row.key.substr(alike)), i, &row});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    if (a.head != b.head) return a.head < b.head;
    if (const int order = a.row->key.compare(b.row->key); order != 0) return order < 0;
    return a.block != b.block ? a.block > b.block : a.row > b.row;  // The last first.
  });
  sorted.reserve(count);
  for (const Place& place : places) {
    if (sorted.empty() || sorted.back().key != place.row->key) sorted.push_back(*place.row);
  }
  return sorted;
}

const RowBlock::Row* RowBlock::Find(std::string_view key) const {
  for (; indexed_ < rows_.size(); ++indexed_) found_[View(rows_[indexed_].key)] = indexed_;
  const auto found = found_.find(View(key));
  return found == found_.end() ? nullptr : &rows_[found->second];
}

}  // namespace afterbell
