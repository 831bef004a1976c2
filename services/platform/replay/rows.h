// Rows of one partition as replay holds them: all in memory, with the commons as of `seen`.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/platform/decider/service.h"
#include "services/platform/log/log.h"
#include "services/platform/runtime/commons.h"
#include "services/platform/runtime/live_rows.h"

namespace afterbell::replay {

class ReplayRows : public RowSink {
 public:
  // A partition 0 folds its own commons: those are rows of its own.
  ReplayRows(const Service& service, const PartitionId& id,
             const std::vector<std::unique_ptr<Commons>>& commons);

  // The commons are read as of this index from here on.
  void SetSeen(std::string_view service, uint64_t index) { commons_.SetAsOf(service, index); }
  uint64_t seen(std::string_view service) const { return commons_.as_of(service); }

  // Values of policy are read as of this index of registry's commons, whatever was seen. Not for
  // registry's own commons, which reads its own rows.
  void ReadPolicyAt(uint64_t index);

  // What a decision asks for values of policy (policy/resolve.h); null where they are rows of its own.
  policy::PolicyCache* policies() { return policies_.get(); }

  AnyRow Find(const TableInfo& table, std::string_view key) const override;
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override;
  void Set(const TableInfo& table, std::string_view key, AnyRow row) override;

  // The earliest deadline that was set since the last time.
  Micros TakeEarliestSet() { return std::exchange(earliest_set_, INT64_MAX); }

  // Without the commons of others: what the partition's own store holds.
  const LiveRows& stored() const { return stored_; }

 private:
  bool ReadsPolicyElsewhere(const TableInfo& table) const;

  CommonsRows commons_;
  CommonsRows policy_;
  bool policy_known_ = false;
  Micros earliest_set_ = INT64_MAX;
  LiveRows stored_;
  std::unique_ptr<policy::PolicyCache> policies_;
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_ROWS_H_
