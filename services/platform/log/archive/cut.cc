#include "services/platform/log/archive/cut.h"

#include <algorithm>
#include <utility>

namespace afterbell::archive {

void SeenOf::Take(uint64_t index, const log::v1::Commit& commit) {
  for (const log::v1::Seen& seen : commit.seen())
    entries_.push_back({index, {seen.service(), seen.partition()}, seen.index()});
}

void Cut::Add(const PartitionId& id, uint64_t records, SeenOf seen) {
  partitions_[id] = {records, records, std::move(seen)};
}

void Cut::Find() {
  for (const auto& [id, partition] : partitions_) {
    for (const SeenOf::Entry& entry : partition.seen.entries_) {
      const auto source = partitions_.find(entry.source);
      const uint64_t held = source == partitions_.end() ? 0 : source->second.records;
      if (entry.seen > held) known_of_[entry.source] = std::max(known_of_[entry.source], entry.seen);
    }
  }
  // What goes from one partition may take with it what had seen it: until nothing more goes.
  for (bool moved = true; moved;) {
    moved = false;
    for (auto& [id, partition] : partitions_) {
      for (const SeenOf::Entry& entry : partition.seen.entries_) {
        if (entry.index > partition.kept) break;
        if (entry.seen <= kept(entry.source)) continue;
        partition.kept = entry.index - 1;
        moved = true;
        break;
      }
    }
  }
}

uint64_t Cut::kept(const PartitionId& id) const {
  const auto partition = partitions_.find(id);
  return partition == partitions_.end() ? 0 : partition->second.kept;
}

}  // namespace afterbell::archive
