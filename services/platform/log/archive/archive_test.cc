// A log archived and put back, over the embedded adapter.
#include "services/platform/log/archive/archive.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/log/archive/cut.h"
#include "services/platform/log/archive/export.h"
#include "services/platform/log/archive/restore.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/log/valid_records.h"

namespace afterbell::archive {
namespace {

using ::testing::HasSubstr;

const PartitionId kAttendance{"attendance", 3};
const PartitionId kBilling{"billing", 3};

// A log of two partitions, written to as owners do, and read back.
class Town {
 public:
  explicit Town(const std::string& name) : folder_(::testing::TempDir() + "/archive_" + name) {
    std::filesystem::remove_all(folder_);
    EmbeddedLogOptions options;
    options.directory = folder_;
    auto log = EmbeddedLog::Open(options);
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void Begin() {
    for (const PartitionId& id : {kAttendance, kBilling}) {
      log::v1::Record record;
      record.mutable_genesis()->set_log_id("log");
      record.mutable_genesis()->set_service(id.service);
      record.mutable_genesis()->set_partition(id.number);
      record.mutable_genesis()->set_school_partitions(3);
      record.mutable_genesis()->set_clock(log::v1::REAL);
      Append(id, record);
    }
  }
  // A Commit that has seen `seen` records of the other partition.
  void Commit(const PartitionId& id, const std::string& event, uint64_t seen = 0) {
    const ChainPosition at = At(id);
    log::v1::Record record;
    record.mutable_commit()->set_index(at.index + 1);
    record.mutable_commit()->set_tag(Chain::TagOf(at.hash));
    record.mutable_commit()->add_events(event);
    if (seen > 0) {
      log::v1::Seen* entry = record.mutable_commit()->add_seen();
      const PartitionId& other = id == kAttendance ? kBilling : kAttendance;
      entry->set_service(other.service);
      entry->set_partition(other.number);
      entry->set_index(seen);
    }
    Append(id, record);
  }
  // A late one, which the chain voids.
  void CommitLate(const PartitionId& id) {
    log::v1::Record record;
    record.mutable_commit()->set_index(2);
    record.mutable_commit()->set_tag(99);
    record.mutable_commit()->add_events("late");
    Append(id, record);
  }
  std::vector<std::string> Values(const PartitionId& id, Chain* chain = nullptr) {
    auto partition = log_->Open(id);
    ValidRecords records(*partition, Chain(id));
    std::vector<std::string> values;
    for (;;) {
      const auto next = records.Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok() || *next == nullptr) break;
      values.emplace_back(records.value());
    }
    if (chain != nullptr) *chain = records.chain();
    return values;
  }
  EventLog* log() { return log_.get(); }

 private:
  ChainPosition At(const PartitionId& id) {
    Chain chain(id);
    Values(id, &chain);
    return chain.at();
  }
  void Append(const PartitionId& id, const log::v1::Record& record) {
    std::promise<absl::Status> done;
    (*log_->Open(id))->Append({record.SerializeAsString()}, [&](const absl::Status& status, uint64_t) {
      done.set_value(status);
    });
    EXPECT_EQ(done.get_future().get(), absl::OkStatus());
  }

  const std::string folder_;
  std::unique_ptr<EmbeddedLog> log_;
};

std::string Folder(const std::string& name) {
  const std::string folder = ::testing::TempDir() + "/archive_of_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

TEST(Archive, PutsBackWhatIsValidByteForByteUnderANewName) {
  Town town("whole");
  town.Begin();
  town.Commit(kAttendance, "came");
  town.CommitLate(kAttendance);
  town.Commit(kAttendance, std::string(3 << 20, 'x'));  // A frame by itself.
  town.Commit(kBilling, "charged", 3);
  const std::string folder = Folder("whole");
  const auto exported = Export(town.log(), folder, 1);
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->records, 5u);
  EXPECT_EQ(exported->left, 0u);

  Town again("whole_again");
  const auto restored = Restore(again.log(), {.directory = folder, .now = 7});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->records, 5u);
  EXPECT_EQ(restored->lost, 0u);
  for (const PartitionId& id : {kAttendance, kBilling}) {
    std::vector<std::string> expected = town.Values(id);
    Chain chain(id);
    std::vector<std::string> found = again.Values(id, &chain);
    ASSERT_EQ(found.size(), expected.size() + 1);
    found.pop_back();
    EXPECT_TRUE(found == expected) << ToString(id);
    EXPECT_EQ(chain.at().log_id, restored->incarnation);
    EXPECT_EQ(chain.void_records(), 0u);
  }
  EXPECT_NE(restored->incarnation, "log");
}

TEST(Archive, TakesOnlyWhatIsNewTheNextTime) {
  Town town("again");
  town.Begin();
  const std::string folder = Folder("again");
  ASSERT_TRUE(Export(town.log(), folder, 1).ok());
  town.Commit(kAttendance, "came");
  {
    // What a crash left behind: written, and not counted by the manifest.
    std::ofstream(folder + "/" + FileOf(kAttendance), std::ios::binary | std::ios::app) << "half a fra";
  }
  const auto second = Export(town.log(), folder, 2);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->records, 1u);
  EXPECT_EQ(second->records_all, 3u);
  const auto third = Export(town.log(), folder, 3);
  ASSERT_TRUE(third.ok()) << third.status();
  EXPECT_EQ(third->records, 0u);
  Town back("again_back");
  const auto restored = Restore(back.log(), {.directory = folder, .now = 7});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(back.Values(kAttendance).size(), 3u);
}

TEST(Archive, CutsUnevenTailsToWhatStandsTogetherAndNamesTheRest) {
  Town town("uneven");
  town.Begin();
  town.Commit(kAttendance, "came");     // attendance 2
  town.Commit(kBilling, "charged", 2);  // billing 2 rests on it
  const std::string folder = Folder("uneven");
  ASSERT_TRUE(Export(town.log(), folder, 1).ok());
  const auto before = ReadManifest(folder);
  ASSERT_TRUE(before.ok());
  town.Commit(kAttendance, "left");          // attendance 3
  town.Commit(kBilling, "charged more", 3);  // billing 3 rests on it
  town.Commit(kAttendance, "noted", 3);      // attendance 4 rests on that
  ASSERT_TRUE(Export(town.log(), folder, 2).ok());
  // The archive of a city that was lost before attendance was archived again.
  auto manifest = ReadManifest(folder);
  ASSERT_TRUE(manifest.ok());
  for (log::v1::ArchivedPartition& each : *manifest->mutable_partitions()) {
    for (const log::v1::ArchivedPartition& old : before->partitions()) {
      if (IdOf(each) == kAttendance && IdOf(old) == kAttendance) each = old;
    }
  }
  ASSERT_TRUE(WriteManifest(folder, *manifest).ok());

  Town back("uneven_back");
  std::vector<std::string> lost;
  const auto restored = Restore(
      back.log(),
      {.directory = folder, .now = 7, .lost = [&](const PartitionId& id, const log::v1::Record& record) {
         lost.push_back(ToString(id) + " " + record.commit().events(0));
       }});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_THAT(lost, ::testing::ElementsAre("billing/3 charged more"));
  for (const RestoredPartition& partition : restored->partitions) {
    EXPECT_EQ(partition.kept, 2u) << ToString(partition.id);
    // Of attendance it is known that there was a third record, and no more.
    EXPECT_EQ(partition.known_of, partition.id == kAttendance ? 3u : 0u);
  }
}

// One record goes, and takes another with it, which takes a third.
TEST(Cut, FollowsWhatRestsOnWhatIsGone) {
  log::v1::Commit a, b;
  a.add_seen()->set_service("b");
  a.mutable_seen(0)->set_index(5);
  b.add_seen()->set_service("c");
  b.mutable_seen(0)->set_index(9);
  SeenOf of_a, of_b;
  of_a.Take(4, a);
  of_b.Take(5, b);
  Cut cut;
  cut.Add({"a", 0}, 6, of_a);
  cut.Add({"b", 0}, 7, of_b);
  cut.Add({"c", 0}, 8, {});
  cut.Find();
  EXPECT_EQ(cut.kept({"c", 0}), 8u);
  EXPECT_EQ(cut.kept({"b", 0}), 4u);
  EXPECT_EQ(cut.kept({"a", 0}), 3u);
}

TEST(Archive, RefusesWhatIsDamagedNamingTheFile) {
  Town town("damaged");
  town.Begin();
  town.Commit(kAttendance, "came");
  const std::string folder = Folder("damaged");
  ASSERT_TRUE(Export(town.log(), folder, 1).ok());
  const std::string file = folder + "/" + FileOf(kAttendance);
  const auto size = std::filesystem::file_size(file);
  for (uint64_t byte = 0; byte < size; ++byte) {
    const auto flip = [&] {
      std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
      bytes.seekg(static_cast<std::streamoff>(byte));
      const char flipped = static_cast<char>(bytes.get() ^ 1);
      bytes.seekp(static_cast<std::streamoff>(byte));
      bytes.put(flipped);
    };
    flip();
    Town back("damaged_back");
    const auto restored = Restore(back.log(), {.directory = folder, .now = 7});
    EXPECT_EQ(restored.status().code(), absl::StatusCode::kDataLoss) << "byte " << byte;
    EXPECT_THAT(std::string(restored.status().message()), HasSubstr(FileOf(kAttendance))) << "byte " << byte;
    EXPECT_TRUE(back.log()->List()->empty());
    flip();
  }
  std::filesystem::resize_file(file, size - 1);
  Town back("short_back");
  EXPECT_THAT(std::string(Restore(back.log(), {.directory = folder, .now = 7}).status().message()),
              HasSubstr("the manifest counts"));
}

TEST(Archive, GoesIntoAnEmptyLogOnly) {
  Town town("occupied");
  town.Begin();
  const std::string folder = Folder("occupied");
  ASSERT_TRUE(Export(town.log(), folder, 1).ok());
  const auto restored = Restore(town.log(), {.directory = folder, .now = 7});
  EXPECT_EQ(restored.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Archive, DoesNotGoOnFromALogThatHasLostRecords) {
  Town town("lost");
  town.Begin();
  town.Commit(kAttendance, "came");
  const std::string folder = Folder("lost");
  ASSERT_TRUE(Export(town.log(), folder, 1).ok());
  Town shorter("lost_shorter");  // The same log, without its last record.
  shorter.Begin();
  const auto exported = Export(shorter.log(), folder, 2);
  EXPECT_EQ(exported.status().code(), absl::StatusCode::kDataLoss);
  shorter.Commit(kAttendance, "went");  // As long as before, and another.
  EXPECT_EQ(Export(shorter.log(), folder, 2).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace afterbell::archive
