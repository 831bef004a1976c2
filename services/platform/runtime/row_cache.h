// The rows of a store that a partition touched last, kept in memory in front of it. Absent rows too: most
// of what a decision asks is whether something is there already.
//
// Two generations: what is touched moves to the young one; when that is full it becomes the old one, and
// what nobody touched meanwhile goes. The cache only ever answers what the store would.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_ROW_CACHE_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_ROW_CACHE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/platform/decider/rows.h"
#include "services/platform/projection/store.h"

namespace afterbell {

class RowCache : public Rows {
 public:
  // Keeps at most about `bytes_max` of keys and values.
  RowCache(std::unique_ptr<Rows> stored, size_t bytes_max)
      : stored_(std::move(stored)), generation_bytes_max_(bytes_max / 2) {}

  std::optional<std::string> GetBytes(std::string_view key) const override;
  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override {
    stored_->ScanBytes(prefix, from, visit);
  }

  // These changes, the newest of each row, are in the store now.
  void Take(std::vector<RowChange> changes);

  // How many bytes it holds.
  size_t bytes() const { return young_bytes_ + old_bytes_; }

 private:
  using Generation = absl::flat_hash_map<std::string, std::optional<std::string>>;

  void Keep(std::string key, std::optional<std::string> value) const;

  const std::unique_ptr<Rows> stored_;
  const size_t generation_bytes_max_;
  // Answers do not depend on what is kept, so asking is const.
  mutable Generation young_, old_;
  mutable size_t young_bytes_ = 0, old_bytes_ = 0;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_ROW_CACHE_H_
