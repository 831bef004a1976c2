// The greatest cut of an archive in which every record stands only with what it had seen. Tails of an archive
// are uneven: a record may be there without the one of another service that it was decided on.
//
// Pure.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_CUT_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_CUT_H_

#include <cstdint>
#include <map>
#include <vector>

#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/log.h"

namespace afterbell::archive {

// What the records of a partition had seen, as it changed.
class SeenOf {
 public:
  void Take(uint64_t index, const log::v1::Commit& commit);

 private:
  friend class Cut;
  struct Entry {
    uint64_t index;
    PartitionId source;
    uint64_t seen;
  };
  std::vector<Entry> entries_;  // In order of index.
};

// Of each partition how many records stay.
class Cut {
 public:
  void Add(const PartitionId& id, uint64_t records, SeenOf seen);
  void Find();

  uint64_t kept(const PartitionId& id) const;
  // Up to where others had seen a partition, if that is beyond what the archive holds of it: lost without a
  // trace.
  std::map<PartitionId, uint64_t> known_of() const { return known_of_; }

 private:
  struct Partition {
    uint64_t records, kept;
    SeenOf seen;
  };
  std::map<PartitionId, Partition> partitions_;
  std::map<PartitionId, uint64_t> known_of_;
};

}  // namespace afterbell::archive

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_ARCHIVE_CUT_H_
