// Rows on their way into a store. Their bytes lie one after another in a few blocks of memory, so that a row
// costs no allocation of its own, and rows are sorted without moving them.
//
// Threads: one at a time; but once nobody adds any more, it may be sorted on another thread while Find is
// called on the first.
#ifndef AFTERBELL_SERVICES_PLATFORM_PROJECTION_ROW_BLOCK_H_
#define AFTERBELL_SERVICES_PLATFORM_PROJECTION_ROW_BLOCK_H_

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace afterbell {

class RowBlock {
 public:
  struct Row {
    std::string_view key;
    std::string_view value;
    bool cleared() const { return value.data() == nullptr; }
  };

  RowBlock() = default;
  // Without a value: cleared.
  RowBlock(std::initializer_list<std::pair<std::string_view, std::optional<std::string_view>>> rows);
  RowBlock(RowBlock&&) = default;
  RowBlock& operator=(RowBlock&&) = default;

  void Set(std::string_view key, std::string_view value);
  void Clear(std::string_view key);
  // A row whose key has two parts, and whose value is written by `fill` into so many bytes.
  void Set(std::string_view before, std::string_view key, size_t value_bytes,
           absl::FunctionRef<void(char*)> fill);

  bool empty() const { return rows_.empty(); }
  size_t size() const { return rows_.size(); }  // Changes of the same row count each.
  size_t bytes() const;                         // Of memory, about.

  // As they came.
  const std::vector<Row>& rows() const { return rows_; }
  // The last that was set. Null: none.
  const Row* Find(std::string_view key) const;

 private:
  char* Allocate(size_t bytes);

  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_bytes_ = 0;  // Of the last one,
  size_t used_ = 0;         // and of that is taken.
  size_t allocated_ = 0;    // In all.
  std::vector<Row> rows_;
  // Of the first rows, made when somebody looks for one.
  mutable absl::flat_hash_map<absl::string_view, size_t> found_;
  mutable size_t indexed_ = 0;
};

// The rows of several blocks, the older first, in order of keys; of each row the last that was set. Good as
// long as the blocks.
std::vector<RowBlock::Row> Sorted(const std::vector<const RowBlock*>& blocks);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_PROJECTION_ROW_BLOCK_H_
