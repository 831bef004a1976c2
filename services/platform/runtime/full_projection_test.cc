// A disk that has no room for the stores, or takes no writes, while the log's does: commands are answered
// until the rows of too many records are in no file, then they are refused, and decided again when there is
// room.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include "gtest/gtest.h"
#include "services/platform/runtime/testing/town.h"

namespace afterbell::testing {
namespace {

constexpr std::chrono::seconds kPatience(30);

// The disk of the stores, which is full when told to be, or takes no writes.
class StoreDisk final : public rocksdb::FileSystemWrapper {
 public:
  StoreDisk(const std::atomic<bool>* full, bool read_only)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), full_(full), read_only_(read_only) {}

  const char* Name() const override { return "StoreDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (*full_ && read_only_) return ReadOnly();
    std::unique_ptr<rocksdb::FSWritableFile> under;
    const rocksdb::IOStatus status = target()->NewWritableFile(path, options, &under, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(under), *this);
    return status;
  }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, uint64_t* free,
                                 rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = target()->GetFreeSpace(path, options, free, debug);
    if (*full_ && !read_only_) *free = 0;
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile>&& file, const StoreDisk& disk)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      return *disk_.full_ ? disk_.Refuse() : FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& verification,
                             rocksdb::IODebugContext* debug) override {
      return *disk_.full_ ? disk_.Refuse()
                          : FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
    }

   private:
    const StoreDisk& disk_;
  };

  static rocksdb::IOStatus ReadOnly() { return rocksdb::IOStatus::IOError("write", "Read-only file system"); }
  rocksdb::IOStatus Refuse() const {
    return read_only_ ? ReadOnly() : rocksdb::IOStatus::NoSpace("the disk is full");
  }

  const std::atomic<bool>* const full_;
  const bool read_only_;
};

// How the disk refuses, and whether what is recorded are facts, which change rows of the state, or refusals,
// which only raise the index.
struct Refusing {
  bool read_only;
  bool refusals;
};

class FullProjection : public ::testing::TestWithParam<Refusing> {
 protected:
  FullProjection() {
    town.has_room_changed = [this](bool has_room) {
      const std::lock_guard<std::mutex> lock(room_mutex);
      rooms.push_back(has_room);
      room_told.notify_all();
    };
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
    town.SetParameter("group_size_max", GetParam().refusals ? "count: 0" : "count: 1000000");
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

  // Whoever asks for the health of the process is told what callers are.
  void AwaitRoom(const std::vector<bool>& told) {
    std::unique_lock<std::mutex> lock(room_mutex);
    EXPECT_TRUE(room_told.wait_for(lock, kPatience, [&] { return rooms == told; }))
        << ::testing::PrintToString(rooms);
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
      EXPECT_EQ(commit.has_refusal(), GetParam().refusals);
    }
    EXPECT_EQ(requests.size(), static_cast<size_t>(asked));
    EXPECT_EQ(std::set<std::string>(requests.begin(), requests.end()).size(), requests.size());
  }

  static constexpr int kUnflushedMax = 60;

  std::atomic<bool> full{false};
  std::mutex room_mutex;
  std::condition_variable room_told;
  std::vector<bool> rooms;
  int asked = 1;
  std::vector<std::future<Answer>> waiting;
  std::shared_ptr<StoreDisk> file_system = std::make_shared<StoreDisk>(&full, GetParam().read_only);
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(file_system);
  Town town;
};

TEST_P(FullProjection, RefusesCommandsAndGoesOnByItselfWhenThereIsRoom) {
  Fill();
  AwaitRoom({false});
  full = false;
  AwaitRoom({false, true});
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

INSTANTIATE_TEST_SUITE_P(Disks, FullProjection,
                         ::testing::Values(Refusing{false, false}, Refusing{false, true},
                                           Refusing{true, false}, Refusing{true, true}));

}  // namespace
}  // namespace afterbell::testing
