#include "services/platform/runtime/testing/town.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"

namespace afterbell::testing {
namespace {

constexpr std::chrono::seconds kPatience(30);

// A status that shares nothing with another thread's: who holds one is counted in abseil, which the thread
// sanitizer does not see.
absl::Status CopyOf(const absl::Status& status) {
  absl::Status copy(status.code(), status.message());
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& value) {
    copy.SetPayload(type, absl::Cord(std::string(value)));
  });
  return copy;
}

}  // namespace

// ------------------------------------------------------------------------------------ the disk

class TownDisk::File final : public StorageFile {
 public:
  File(TownDisk* disk, std::string path, std::unique_ptr<StorageFile> file)
      : disk_(disk), path_(std::move(path)), file_(std::move(file)) {}

  absl::Status Write(uint64_t position, std::string_view bytes) override {
    AFTERBELL_RETURN_IF_ERROR(disk_->Pass(path_));
    return file_->Write(position, bytes);
  }
  absl::Status Sync() override { return file_->Sync(); }
  absl::Status Allocate(uint64_t bytes) override { return file_->Allocate(bytes); }
  absl::Status Truncate(uint64_t bytes) override { return file_->Truncate(bytes); }

 private:
  TownDisk* const disk_;
  const std::string path_;
  const std::unique_ptr<StorageFile> file_;
};

absl::Status TownDisk::Pass(const std::string& path) {
  std::unique_lock<std::mutex> lock(mutex_);
  moved_.wait(lock, [this] { return !held_; });
  return full_ ? FileError(ENOSPC, "write", path) : absl::OkStatus();
}

void TownDisk::Hold() {
  std::lock_guard<std::mutex> lock(mutex_);
  held_ = true;
}

void TownDisk::Release() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    held_ = false;
  }
  moved_.notify_all();
}

void TownDisk::Fill(bool full) {
  std::lock_guard<std::mutex> lock(mutex_);
  full_ = full;
}

absl::StatusOr<std::unique_ptr<StorageFile>> TownDisk::Open(const std::string& path) {
  auto file = disk_->Open(path);
  if (!file.ok()) return file.status();
  return std::make_unique<File>(this, path, *std::move(file));
}

absl::Status TownDisk::Rename(const std::string& from, const std::string& to) {
  return disk_->Rename(from, to);
}

absl::Status TownDisk::SyncDirectory(const std::string& directory) { return disk_->SyncDirectory(directory); }

// ------------------------------------------------------------------------------------ the log

Read ReadPartition(LogPartition& log) {
  Read read;
  Chain chain(log.id());
  for (uint64_t offset = 0; offset < log.End();) {
    const auto batch = log.Read(offset, 1024, 1 << 20);
    EXPECT_TRUE(batch.ok()) << batch.status();
    if (!batch.ok()) break;
    for (const LogBatch::Entry& entry : batch->records) {
      log::v1::Record record;
      EXPECT_TRUE(record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())));
      const Verdict verdict = chain.Offer(record, entry.value);
      EXPECT_NE(verdict, Verdict::kDiverged) << chain.divergence();
      if (verdict == Verdict::kVoid) ++read.voids;
      if (verdict != Verdict::kValid) continue;
      if (record.has_claim()) ++read.claims;
      if (record.has_commit()) read.commits.push_back(std::move(*record.mutable_commit()));
    }
    offset = batch->next_offset;
  }
  read.index = chain.at().index;
  return read;
}

// ------------------------------------------------------------------------------------ commands

std::string CheckIn(std::string_view session, std::string_view pupil) {
  attendance::v1::AttendanceCommand command;
  command.mutable_check_in_pupil()->set_session_id(std::string(session));
  command.mutable_check_in_pupil()->set_pupil_id(std::string(pupil));
  return command.SerializeAsString();
}

std::string Count(std::string_view pupil, std::string_view month) {
  attendance::v1::AttendanceCommand command;
  command.mutable_count_class_hours()->set_subject_id(std::string(pupil));
  command.mutable_count_class_hours()->set_month(std::string(month));
  return command.SerializeAsString();
}

std::string Issue(std::string_view charge_id) {
  billing::v1::BillingCommand command;
  command.mutable_issue_charge()->add_charge_ids(std::string(charge_id));
  return command.SerializeAsString();
}

std::string MoveClock(std::string_view date, std::string_view time) {
  registry::v1::RegistryCommand command;
  *command.mutable_move_clock()->mutable_to() = TimestampOf(InstantOf(date, time));
  return command.SerializeAsString();
}

std::string Set(std::string_view key, std::string_view value) {
  registry::v1::RegistryCommand command;
  auto& instrument = *command.mutable_publish_instrument()->mutable_instrument();
  instrument.set_issued_on("2020-01-01");
  auto& parameter = *instrument.add_parameter();
  parameter.set_key(std::string(key));
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(value), parameter.mutable_value()));
  return command.SerializeAsString();
}

// ------------------------------------------------------------------------------------ the town

Town::Town() {
  std::string pattern = ::testing::TempDir() + "/town.XXXXXX";
  directory_ = mkdtemp(pattern.data());
  EmbeddedLogOptions options;
  options.directory = directory_ + "/log";
  options.segment_bytes = 1 << 20;
  options.storage = disk;
  auto log = EmbeddedLog::Open(options);
  EXPECT_TRUE(log.ok()) << log.status();
  log_ = *std::move(log);
}

Town::~Town() {
  disk->Release();
  disk->Fill(false);
  Stop();
  log_.reset();
  std::filesystem::remove_all(directory_);
}

std::unique_ptr<Runtime> Town::Open(const std::vector<std::string>& services, const std::string& stores,
                                    bool own) {
  auto opened = TryOpen(services, stores, own);
  EXPECT_TRUE(opened.ok()) << opened.status();
  return *std::move(opened);
}

absl::StatusOr<std::unique_ptr<Runtime>> Town::TryOpen(const std::vector<std::string>& services,
                                                       const std::string& stores, bool own) {
  RuntimeOptions options;
  options.projections_directory = directory_ + "/" + stores;
  std::filesystem::create_directories(options.projections_directory);
  const Service* attendance = next_build ? &next_attendance_ : &attendance_;
  for (const Service* service : std::vector<const Service*>{&registry_, attendance, &billing_}) {
    const bool wanted = std::find(services.begin(), services.end(), service->name()) != services.end();
    if (services.empty() || wanted) options.services.push_back(service);
  }
  options.log = through == nullptr ? log_.get() : through;
  options.school_partitions = 1;
  options.clock = clock;
  options.limits = limits;
  options.now = now;
  options.own = own;
  options.level_max = level_max;
  options.store_env = store_env;
  options.has_room_changed = has_room_changed;
  options.prepare = prepare;
  return Runtime::Open(options);
}

void Town::Start(const std::vector<std::string>& services) {
  runtime = Open(services);
  EXPECT_EQ(runtime->WaitReady(kPatience), absl::OkStatus());
}

absl::Status Town::TryStart() {
  auto opened = TryOpen({}, "stores", true);
  if (!opened.ok()) return opened.status();
  runtime = *std::move(opened);
  return runtime->WaitReady(kPatience);
}

void Town::Stop() { runtime.reset(); }

void Town::DropStores(const std::string& stores) { std::filesystem::remove_all(directory_ + "/" + stores); }
void Town::DropState(const std::string& service) {
  std::vector<std::filesystem::path> states;
  for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/stores")) {
    if (entry.path().filename().string().rfind(service + "-", 0) == 0) states.push_back(entry.path());
  }
  EXPECT_FALSE(states.empty());
  for (const std::filesystem::path& state : states) std::filesystem::remove_all(state);
}
void Town::TakeStores(const Town& other) {
  DropStores();
  std::filesystem::copy(other.directory_ + "/stores", directory_ + "/stores",
                        std::filesystem::copy_options::recursive);
}

std::future<Answer> Town::Send(const PartitionId& id, std::string command, std::string request_id,
                               Runtime* to) {
  CommandCall call;
  call.head.set_school_id(id.number == 0 ? "" : "s1");
  call.head.set_district_id("d1");
  call.head.set_request_id(request_id.empty() ? RandomUuid() : request_id);
  call.head.set_request_digest(Sha256(command).substr(0, 16));
  call.head.mutable_actor()->set_role("principal");
  call.head.mutable_actor()->set_person_id("p1");
  call.head.set_command(std::move(command));
  call.deadline = std::chrono::steady_clock::now() + kPatience;
  const auto promise = std::make_shared<std::promise<Answer>>();
  call.done = [promise](const absl::Status& status, const log::v1::Commit* commit) {
    promise->set_value({CopyOf(status), status.ok() ? *commit : log::v1::Commit()});
  };
  (to == nullptr ? runtime.get() : to)->Submit(id, std::move(call));
  return promise->get_future();
}

Answer Town::Ask(const PartitionId& id, std::string command, std::string request_id) {
  return Send(id, std::move(command), std::move(request_id)).get();
}

void Town::Clock(std::string_view date, std::string_view time) {
  EXPECT_EQ(Ask(kRegistry, MoveClock(date, time)).status, absl::OkStatus());
}

void Town::SetParameter(std::string_view key, std::string_view value) {
  EXPECT_EQ(Ask(kRegistry, Set(key, value)).status, absl::OkStatus());
}

std::vector<log::v1::Commit> Town::Await(const PartitionId& id, const Wish& wish) {
  const auto log = Partition(id);
  std::mutex mutex;
  std::condition_variable grew;
  uint64_t growth = 0;
  const auto handle = log->OnGrowth([&] {
    std::lock_guard<std::mutex> lock(mutex);
    ++growth;
    grew.notify_all();
  });
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    uint64_t before;
    {
      std::lock_guard<std::mutex> lock(mutex);
      before = growth;
    }
    std::vector<log::v1::Commit> commits = ReadPartition(*log).commits;
    if (wish(commits)) return commits;
    std::unique_lock<std::mutex> lock(mutex);
    if (!grew.wait_until(lock, until, [&] { return growth != before; })) {
      ADD_FAILURE() << ToString(id) << " did not come to hold what was waited for";
      return commits;
    }
  }
}

absl::Status Town::Reach(Runtime& at, const PartitionId& id, const log::v1::Position& position) {
  std::promise<absl::Status> reached;
  at.Query(id, position, std::chrono::steady_clock::now() + kPatience,
           [&](const absl::StatusOr<ReadView>& view) { reached.set_value(view.status()); });
  return reached.get_future().get();
}

std::shared_ptr<LogPartition> Town::Partition(const PartitionId& id) {
  auto log = log_->Open(id);
  EXPECT_TRUE(log.ok()) << log.status();
  return *log;
}

Read Town::Log(const PartitionId& id) { return ReadPartition(*Partition(id)); }

std::unique_ptr<Town> Town::CutAt(const PartitionId& victim, uint64_t records) {
  auto town = std::make_unique<Town>();
  const std::vector<PartitionId> ids = *log_->List();
  for (const PartitionId& id : ids) {
    const auto from = Partition(id);
    std::vector<std::string> values;
    for (uint64_t offset = 0; offset < from->End() && (id != victim || offset < records); ++offset) {
      values.emplace_back(from->Read(offset, 1, 1)->records.at(0).value);
    }
    if (values.empty()) continue;
    std::promise<absl::Status> done;
    town->Partition(id)->Append(values,
                                [&](const absl::Status& status, uint64_t) { done.set_value(status); });
    EXPECT_EQ(done.get_future().get(), absl::OkStatus());
  }
  return town;
}

}  // namespace afterbell::testing
