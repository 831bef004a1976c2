// The commons of one service, once a process: every version of every row, by index, never pruned.
// Each partition reads it as of its own `seen`. Kept in memory and folded from the log at start:
// a commons is low volume by design.
//
// Threads: any. Reading and folding exclude each other shortly.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_COMMONS_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_COMMONS_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "services/platform/base/time.h"
#include "services/platform/decider/decider.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/log.h"
#include "services/platform/reference/tables.h"

namespace afterbell {

class Commons {
 public:
  explicit Commons(std::shared_ptr<LogPartition> log, uint32_t level_max = kLevelMax);

  const std::string& service() const { return service_; }

  // Folds what the log holds by now. Errors, after which no later call helps: DATA_LOSS (a damaged or
  // diverged log), FAILED_PRECONDITION (a level was raised above `level_max`). Records that have to be
  // fetched first are waited for as long as `fetch_at_most`, 0 for a thread that must not wait.
  absl::Status CatchUp(std::chrono::milliseconds fetch_at_most = std::chrono::milliseconds(0));

  // The last valid record folded, and where in the log that is.
  uint64_t index() const;
  uint64_t offset() const;
  // What the log goes by, as of that record.
  std::string log_id() const;

  // A valid Commit by its index; null for an index that is a Genesis or a Claim, or not folded yet.
  std::shared_ptr<const log::v1::Commit> At(uint64_t index) const;

  // The last change of a table at or before an index: rows of it that were found as of one index stand as of
  // another where this says the same. 0: it has no rows.
  uint64_t VersionOf(const TableInfo& table, uint64_t as_of) const;

  // Rows as they stood at an index.
  AnyRow Find(const TableInfo& table, std::string_view key, uint64_t as_of) const;
  void Walk(const TableInfo& table, const KeyRange& range, uint64_t as_of, RowSource::AnyVisitor visit) const;

  const std::shared_ptr<LogPartition>& log() const { return log_; }

 private:
  class Writer;
  struct Version {
    uint64_t index;
    AnyRow row;  // Null: cleared.
  };
  using Versions = std::vector<Version>;  // In order of index.
  using Rows = std::map<std::string, Versions, std::less<>>;
  struct OfTable {
    Rows rows;
    std::vector<uint64_t> changes;  // The indices of records that changed any, in order.
  };

  static AnyRow Newest(const Versions& versions, uint64_t as_of);
  AnyRow FindNewest(const TableInfo& table, std::string_view key) const;

  const std::string service_;
  const uint32_t level_max_;
  const std::shared_ptr<LogPartition> log_;
  mutable std::shared_mutex mutex_;
  Chain chain_;
  absl::Status failed_;
  absl::flat_hash_map<const TableInfo*, OfTable> tables_;
  std::vector<std::shared_ptr<const log::v1::Commit>> commits_;  // By index, from 1.
};

// The tables of all commons, each as of an index. Rows that were found are kept until their table has
// changed, for the commons are shared by all partitions and asked by every decision.
//
// Threads: one at a time.
class CommonsRows : public RowSource {
 public:
  static constexpr size_t kKeptMax = 1024;  // Of a table; the next one lets all of them go first.

  void Add(const Commons* commons) {
    entries_.push_back({commons, reference::CommonsPrefix(commons->service()), 0});
  }
  void SetAsOf(std::string_view service, uint64_t index);
  uint64_t as_of(std::string_view service) const;

  // Differs whenever rows of the table do.
  uint64_t VersionOf(const TableInfo& table) const;

  AnyRow Find(const TableInfo& table, std::string_view key) const override;
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override;

 private:
  struct Entry {
    const Commons* commons;
    std::string prefix;
    uint64_t as_of;
  };
  struct Kept {
    size_t entry;                                   // Whose table it is; entries_.size(): nobody's.
    uint64_t as_of = 0;                             // Looked at then,
    uint64_t version = 0;                           // and so it stood.
    absl::flat_hash_map<std::string, AnyRow> rows;  // Null: there is none.
  };
  Kept* Of(const TableInfo& table) const;

  std::vector<Entry> entries_;
  mutable absl::node_hash_map<const TableInfo*, Kept> kept_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_COMMONS_H_
