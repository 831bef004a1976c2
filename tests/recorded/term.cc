#include "tests/recorded/term.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <map>

#include "gtest/gtest.h"
#include "services/platform/log/archive/archive.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/replay/verify.h"

namespace afterbell::recorded {
namespace {

constexpr char kTerm[] = "tests/recorded/term";
constexpr char kDigests[] = "tests/recorded/term.digests";

// "attendance/3@117 <digest>", by partition.
std::map<std::string, std::string> DigestsOf(std::string_view service) {
  std::map<std::string, std::string> digests;
  std::ifstream file(kDigests);
  EXPECT_TRUE(file.good()) << kDigests;
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, service.size() + 1, std::string(service) + "/") == 0)
      digests[line.substr(0, line.find('@'))] = line;
  }
  return digests;
}

// The records as they were, without a new name for the log.
absl::Status Copy(EventLog& log) {
  AFTERBELL_ASSIGN_OR_RETURN(const log::v1::Archive archive, archive::ReadManifest(kTerm));
  for (const log::v1::ArchivedPartition& each : archive.partitions()) {
    AFTERBELL_ASSIGN_OR_RETURN(const auto partition, log.Open(archive::IdOf(each)));
    std::vector<std::string> values;
    AFTERBELL_RETURN_IF_ERROR(archive::ReadRecords(kTerm, each, [&](std::string_view value) {
      values.emplace_back(value);
      return absl::OkStatus();
    }));
    std::promise<absl::Status> appended;
    partition->Append(std::move(values),
                      [&](const absl::Status& status, uint64_t) { appended.set_value(status); });
    AFTERBELL_RETURN_IF_ERROR(appended.get_future().get());
  }
  return absl::OkStatus();
}

}  // namespace

void ExpectTheTermAsRecorded(const Service& service) {
  EmbeddedLogOptions options;
  options.directory =
      ::testing::TempDir() + "/recorded-" + std::string(service.name()) + "-" + std::to_string(::getpid());
  std::filesystem::remove_all(options.directory);
  {
    const auto log = EmbeddedLog::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    ASSERT_EQ(Copy(**log), absl::OkStatus());
    const auto history = replay::History::Load(log->get(), {});
    ASSERT_TRUE(history.ok()) << history.status();
    const replay::VerifyReport report =
        replay::Verify(**history, {&service}, {.decisions = true, .digests = true});
    EXPECT_TRUE(report.ok()) << replay::Summary(report);
    EXPECT_GT(report.decisions, 0u);
    std::map<std::string, std::string> expected = DigestsOf(service.name());
    EXPECT_FALSE(expected.empty());
    for (const replay::VerifyReport::Digest& found : report.digests) {
      const std::string line = ToString(found.id) + "@" + std::to_string(found.index) + " " + found.digest;
      EXPECT_EQ(line, expected[ToString(found.id)]);
      expected.erase(ToString(found.id));
    }
    EXPECT_TRUE(expected.empty()) << expected.size() << " partitions were not folded";
  }
  std::filesystem::remove_all(options.directory);
}

}  // namespace afterbell::recorded
