// Rows of one partition as replay holds them: all in memory, with the commons as of `seen`.
#ifndef AFTERBELL_SERVICES_PLATFORM_REPLAY_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_REPLAY_ROWS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/platform/decider/rows.h"
#include "services/platform/log/log.h"
#include "services/platform/runtime/commons.h"

namespace afterbell::replay {

class ReplayRows : public MutableRows {
 public:
  // A partition 0 folds its own commons: those are rows of its own.
  ReplayRows(const PartitionId& id, const std::vector<std::unique_ptr<Commons>>& commons);

  // The commons are read as of this index from here on.
  void SetSeen(std::string_view service, uint64_t index) { commons_.SetAsOf(service, index); }
  uint64_t seen(std::string_view service) const { return commons_.as_of(service); }

  // Values of policy are read as of this index of registry's commons, whatever was seen. Not for
  // registry's own commons, which reads its own rows.
  void ReadPolicyAt(uint64_t index);

  std::optional<std::string> GetBytes(std::string_view key) const override;
  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override;
  void PutBytes(std::string_view key, std::string bytes) override;
  void Erase(std::string_view key) override;

  // Without the commons of others: what the partition's own store holds.
  const MemoryRows& stored() const { return stored_; }

 private:
  // Null where the rows are the partition's own.
  const Rows* CommonsOf(std::string_view key) const;

  const std::string own_commons_;
  MemoryRows stored_;
  CommonsRows commons_;
  CommonsRows policy_;
  bool policy_known_ = false;
};

}  // namespace afterbell::replay

#endif  // AFTERBELL_SERVICES_PLATFORM_REPLAY_ROWS_H_
