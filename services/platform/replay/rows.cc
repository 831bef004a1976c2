#include "services/platform/replay/rows.h"

#include "services/platform/policy/tables.h"
#include "services/platform/runtime/tables.h"

namespace afterbell::replay {

ReplayRows::ReplayRows(const Service& service, const PartitionId& id,
                       const std::vector<std::unique_ptr<Commons>>& commons)
    : stored_({.tables = TablesOf(service, id), .commons = &commons_}) {
  for (const std::unique_ptr<Commons>& each : commons) {
    commons_.Add(each.get());
    policy_.Add(each.get());
  }
  if (stored_.Has(policy::kValues)) return;
  policies_ = std::make_unique<policy::PolicyCache>(
      [this] { return (policy_known_ ? policy_ : commons_).VersionOf(policy::kValues); });
}

void ReplayRows::ReadPolicyAt(uint64_t index) {
  policy_known_ = true;
  policy_.SetAsOf("registry", index);
}

bool ReplayRows::ReadsPolicyElsewhere(const TableInfo& table) const {
  return policy_known_ && &table == &policy::kValues && !stored_.Has(table);
}

AnyRow ReplayRows::Find(const TableInfo& table, std::string_view key) const {
  return ReadsPolicyElsewhere(table) ? policy_.Find(table, key) : stored_.Find(table, key);
}

void ReplayRows::Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const {
  return ReadsPolicyElsewhere(table) ? policy_.Walk(table, range, visit) : stored_.Walk(table, range, visit);
}

void ReplayRows::Set(const TableInfo& table, std::string_view key, AnyRow row) {
  if (&table == &kDeadlines && row != nullptr)
    earliest_set_ = std::min(earliest_set_, key::Instant::Parse(key.substr(0, key.find('/'))));
  stored_.SetSettled(table, key, std::move(row));
}

}  // namespace afterbell::replay
