// The valid records of a partition, one after another: what is void is passed over. For offline readers,
// which may wait for a log that has to fetch.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_VALID_RECORDS_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_VALID_RECORDS_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/log.h"

namespace afterbell {

class ValidRecords {
 public:
  // Reads on where the chain stands.
  ValidRecords(std::shared_ptr<LogPartition> log, Chain chain)
      : log_(std::move(log)), chain_(std::move(chain)) {}

  // The next one; null at the end that the log has by then. `value` holds until the next call. Errors:
  // DATA_LOSS for bytes that are no record and for another history than its writers had read, and what Read
  // says.
  absl::StatusOr<const log::v1::Record*> Next();
  std::string_view value() const { return value_; }

  // Stands at the record that Next returned.
  const Chain& chain() const { return chain_; }

 private:
  std::shared_ptr<LogPartition> log_;
  Chain chain_;
  LogBatch batch_;
  size_t batch_next_ = 0;
  log::v1::Record record_;
  std::string_view value_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_VALID_RECORDS_H_
