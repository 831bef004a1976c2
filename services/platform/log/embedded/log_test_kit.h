// What the tests of this folder share: a directory of their own, appends that wait, all records.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_LOG_TEST_KIT_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_LOG_TEST_KIT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/platform/log/embedded/embedded_log.h"

namespace afterbell {

class TestDirectory {
 public:
  TestDirectory() {
    std::string pattern = testing::TempDir() + "/embedded_log.XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void SetFileBytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline void FlipBit(const std::string& path, uint64_t byte, int bit = 0) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(byte);
  const char flipped = file.get() ^ (1 << bit);
  file.seekp(byte);
  file.put(flipped);
}

inline std::unique_ptr<EmbeddedLog> OpenLog(const EmbeddedLogOptions& options) {
  absl::StatusOr<std::unique_ptr<EmbeddedLog>> log = EmbeddedLog::Open(options);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

inline std::shared_ptr<LogPartition> PartitionOf(EmbeddedLog& log, uint32_t number = 1) {
  return *log.Open(PartitionId{"attendance", number});
}

inline absl::Status Append(LogPartition& partition, std::vector<std::string> values) {
  std::promise<absl::Status> answer;
  partition.Append(std::move(values),
                   [&](const absl::Status& status, uint64_t) { answer.set_value(status); });
  return answer.get_future().get();
}

// Ends at the first error, which goes to `error` if given and fails the test if not.
inline std::vector<std::string> ReadAll(const LogPartition& partition, absl::Status* error = nullptr) {
  std::vector<std::string> values;
  for (uint64_t offset = 0; offset < partition.End();) {
    absl::StatusOr<LogBatch> batch = partition.Read(offset, 1000, 1 << 20);
    if (!batch.ok()) {
      if (error == nullptr) ADD_FAILURE() << batch.status();
      if (error != nullptr) *error = batch.status();
      break;
    }
    for (const LogBatch::Entry& entry : batch->records) values.emplace_back(entry.value);
    offset = batch->next_offset;
  }
  return values;
}

inline std::string SegmentPath(const std::string& directory, int sequence) {
  return directory + "/000000000000000" + std::to_string(sequence) + ".log";
}

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_LOG_TEST_KIT_H_
