// The embedded log under the contract suite: as it ships, with segments so small that every test
// crosses them, and in the two ways tests may run it.
#include <cstdlib>
#include <filesystem>

#include "services/platform/log/embedded/embedded_log.h"
#include "tests/contract/log_contract.h"

namespace afterbell {
namespace {

using Durability = EmbeddedLogOptions::Durability;

class EmbeddedUnderTest final : public LogUnderTest {
 public:
  explicit EmbeddedUnderTest(EmbeddedLogOptions options) : options_(std::move(options)) {
    std::string pattern = testing::TempDir() + "/log_contract.XXXXXX";
    options_.directory = mkdtemp(pattern.data());
    Reopen();
  }
  ~EmbeddedUnderTest() override {
    log_.reset();
    std::filesystem::remove_all(options_.directory);
  }

  EventLog& log() override { return *log_; }
  size_t value_bytes_max() const override { return options_.value_bytes_max; }
  void Reopen() override {
    log_.reset();
    absl::StatusOr<std::unique_ptr<EmbeddedLog>> log = EmbeddedLog::Open(options_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

 private:
  EmbeddedLogOptions options_;
  std::unique_ptr<EmbeddedLog> log_;
};

LogAdapter Adapter(const std::string& name, uint64_t segment_bytes, Durability durability) {
  EmbeddedLogOptions options;
  options.segment_bytes = segment_bytes;
  options.durability = durability;
  options.segments_mapped_max = segment_bytes < 100000 ? 2 : options.segments_mapped_max;
  return {name, [options] { return std::make_unique<EmbeddedUnderTest>(options); }};
}

INSTANTIATE_TEST_SUITE_P(Embedded, LogContract,
                         testing::Values(Adapter("disk", 64 << 20, Durability::kDisk),
                                         Adapter("small_segments", 4096, Durability::kUnsynced),
                                         Adapter("unsynced", 1 << 20, Durability::kUnsynced),
                                         Adapter("in_memory", 16384, Durability::kUnsyncedInMemory)),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace afterbell
