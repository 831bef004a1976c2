// A disk that has no room for the stores, while there is room for the log: commands are answered until the
// rows of too many records are in no file, then they are refused, and decided again when there is room.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <set>

#include "gtest/gtest.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

constexpr std::chrono::seconds kPatience(30);

// The disk of the stores, which is full when told to be.
class StoreDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit StoreDisk(const std::atomic<bool>* full)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), full_(full) {}

  const char* Name() const override { return "StoreDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> under;
    const rocksdb::IOStatus status = target()->NewWritableFile(path, options, &under, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(under), full_);
    return status;
  }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, uint64_t* free,
                                 rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = target()->GetFreeSpace(path, options, free, debug);
    if (*full_) *free = 0;
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile>&& file, const std::atomic<bool>* full)
        : FSWritableFileOwnerWrapper(std::move(file)), full_(full) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      return *full_ ? Full() : FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& verification,
                             rocksdb::IODebugContext* debug) override {
      return *full_ ? Full() : FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
    }

   private:
    static rocksdb::IOStatus Full() { return rocksdb::IOStatus::NoSpace("the disk is full"); }
    const std::atomic<bool>* const full_;
  };

  const std::atomic<bool>* const full_;
};

// Of facts, which change rows of the state, and of refusals, which only raise the index.
class FullProjection : public ::testing::TestWithParam<bool> {
 protected:
  FullProjection() {
    town.store_env = env.get();
    town.limits.set_store_buffer_bytes(64 << 10);
    town.limits.set_unflushed_records_max(kUnflushedMax);
  }

  // The n-th command of the test, which no other is like; large, so that a store is soon full of them.
  static std::string Command(int n) {
    return CheckIn(std::to_string(n) + std::string(8000, 's'), "pupil" + std::to_string(n));
  }
  static std::string RequestId(int n) { return "request" + std::to_string(n); }

  // Fills the disk of a town that has just started, until a command is refused. Those just before may wait
  // until it is known why stores do not get on.
  void Fill() {
    town.Start();
    town.SetParameter("group_size_max", GetParam() ? "count: 0" : "count: 1000000");
    ASSERT_EQ(town.Ask(kAttendance, Command(0), RequestId(0)).status, absl::OkStatus());
    full = true;
    absl::Status refused;
    for (const auto until = std::chrono::steady_clock::now() + kPatience;
         refused.ok() && std::chrono::steady_clock::now() < until; ++asked) {
      std::future<Answer> answer = town.Send(kAttendance, Command(asked), RequestId(asked));
      if (answer.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
        waiting.push_back(std::move(answer));
        continue;
      }
      refused = answer.get().status;
    }
    EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
    EXPECT_EQ(std::string(refused.message()),
              "no room for the rows of attendance/1 (unflushed_records_max); nothing was recorded");
    EXPECT_GT(asked, kUnflushedMax / 2) << "until then nobody waits for a store";
  }

  // Refusals end by themselves.
  absl::Status AskUntilThereIsRoom(int n) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      const absl::Status status = town.Ask(kAttendance, Command(n), RequestId(n)).status;
      if (!absl::IsResourceExhausted(status) || std::chrono::steady_clock::now() > until) return status;
    }
  }

  // Asks everything again: the one that was refused is decided now, and every other has its one record.
  void AskAllAgain() {
    for (int n = 0; n < asked; ++n) {
      ASSERT_EQ(AskUntilThereIsRoom(n), absl::OkStatus()) << n;
    }
    std::multiset<std::string> requests;
    for (const log::v1::Commit& commit : town.Log(kAttendance).commits) {
      if (commit.request_id().empty()) continue;
      requests.insert(commit.request_id());
      EXPECT_EQ(commit.has_refusal(), GetParam());
    }
    EXPECT_EQ(requests.size(), static_cast<size_t>(asked));
    EXPECT_EQ(std::set<std::string>(requests.begin(), requests.end()).size(), requests.size());
  }

  static constexpr int kUnflushedMax = 60;

  std::atomic<bool> full{false};
  int asked = 1;
  std::vector<std::future<Answer>> waiting;
  std::shared_ptr<StoreDisk> file_system = std::make_shared<StoreDisk>(&full);
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(file_system);
  Town town;
};

TEST_P(FullProjection, RefusesCommandsAndGoesOnByItselfWhenThereIsRoom) {
  Fill();
  full = false;
  for (std::future<Answer>& answer : waiting) {
    ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
    const absl::Status status = answer.get().status;
    EXPECT_TRUE(status.ok() || absl::IsResourceExhausted(status)) << status;
  }
  AskAllAgain();

  // The stores hold what a fresh fold gives.
  ASSERT_EQ(town.runtime->WaitSettled(kPatience), absl::OkStatus());
  const auto digests = town.runtime->Digests();
  town.Stop();
  const auto fresh = town.Open({}, "fresh", /*own=*/false);
  for (const Runtime::PartitionDigest& live : digests) {
    log::v1::Position position;
    position.set_log_id(fresh->log_id());
    log::v1::Seen* at = position.add_at();
    at->set_service(live.id.service);
    at->set_partition(live.id.number);
    at->set_index(live.index);
    ASSERT_EQ(town.Reach(*fresh, live.id, position), absl::OkStatus());
  }
  std::map<PartitionId, std::string> folded;
  for (const Runtime::PartitionDigest& digest : fresh->Digests()) folded[digest.id] = digest.digest;
  for (const Runtime::PartitionDigest& live : digests)
    EXPECT_EQ(folded[live.id], live.digest) << ToString(live.id);
}

TEST_P(FullProjection, StopsThoughThereIsNoRoomAndKnowsWhatTheLogHolds) {
  Fill();
  town.Stop();
  for (std::future<Answer>& answer : waiting) EXPECT_FALSE(answer.get().status.ok());
  full = false;
  town.Start();
  AskAllAgain();
}

INSTANTIATE_TEST_SUITE_P(FactsAndRefusals, FullProjection, ::testing::Bool());

}  // namespace
}  // namespace afterbell::testing
