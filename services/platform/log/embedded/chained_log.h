// For tests: a partition on a log of its own, and a writer that knows the chain.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_CHAINED_LOG_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_CHAINED_LOG_H_

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/embedded/log_test_kit.h"

namespace afterbell {

class ChainedLog {
 protected:
  // With a Genesis and a claim.
  explicit ChainedLog(const PartitionId& id) : chain_(id) {
    EmbeddedLogOptions options;
    options.directory = directory_.path();
    options.durability = EmbeddedLogOptions::Durability::kUnsynced;
    log_ = OpenLog(options);
    partition_ = *log_->Open(id);
    Append(GenesisOf({"log", {}, 16, log::v1::REAL, 1}, id));
    log::v1::Record claim;
    claim.mutable_claim()->set_instance_id("here");
    Append(claim);
  }

  void AppendBytes(const std::string& value) {
    ASSERT_EQ(afterbell::Append(*partition_, {value}), absl::OkStatus());
  }
  void Append(const log::v1::Record& record) {
    const std::string value = record.SerializeAsString();
    chain_.Offer(record, value);
    AppendBytes(value);
  }
  // A Commit that follows, and says nothing yet.
  log::v1::Record Next() const {
    log::v1::Record record;
    log::v1::Commit* commit = record.mutable_commit();
    commit->set_index(chain_.at().index + 1);
    commit->set_tag(Chain::TagOf(chain_.at().hash));
    commit->set_claim_index(chain_.at().claim_index);
    return record;
  }

  TestDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  std::shared_ptr<LogPartition> partition_;
  Chain chain_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_CHAINED_LOG_H_
