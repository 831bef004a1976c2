#include "tests/relay/truth.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/city/city.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/time.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/kafka/topics.h"

namespace afterbell::relay_test {
namespace {

using log::v1::Record;

constexpr std::chrono::seconds kAtMost(60);
constexpr int kSchools = 5;  // Of a partition.

}  // namespace

absl::StatusOr<std::string> MakeLog(const KafkaLogOptions& told, uint32_t school_partitions) {
  // A broker on a busy machine needs its time to lead hundreds of new partitions.
  KafkaLogOptions options = told;
  options.open_timeout = kAtMost;
  auto topics = BuiltInTopics();
  if (!topics.ok()) return topics.status();
  topics->set_school_partitions(school_partitions);
  topics->set_replication(1);
  SetPrefix(options.topic_prefix, &*topics);
  const auto plan = PlanTopics(*topics);
  if (!plan.ok()) return plan.status();
  if (const auto applied = ApplyTopics(options, *plan); !applied.ok()) return applied.status();
  auto log = KafkaLog::Open(options);
  if (!log.ok()) return log.status();
  LogBeginning beginning;
  for (const Service* service : CityServices()) beginning.services.emplace_back(service->name());
  beginning.school_partitions = school_partitions;
  beginning.clock = log::v1::SIMULATED;
  beginning.now = absl::ToUnixMicros(absl::Now());
  return BeginLog(**log, beginning, kAtMost);
}

// --- Writer ---

absl::StatusOr<Writer> Writer::Open(KafkaLog* log, const PartitionId& id, uint32_t school_partitions) {
  auto partition = log->Open(id);
  if (!partition.ok()) return partition.status();
  Writer writer(id, *partition);
  auto first = ReadWaiting(**partition, 0, 1, 1, kAtMost);
  if (!first.ok()) return first.status();
  Record genesis;
  writer.genesis_ = std::string(first->records.at(0).value);
  if (!genesis.ParseFromString(writer.genesis_) ||
      writer.chain_.Offer(genesis, writer.genesis_) != Verdict::kValid)
    return absl::FailedPreconditionError("not begun");
  for (int i = 0; writer.schools_.size() < kSchools; ++i) {
    const std::string school = absl::StrCat("school", i);
    if (id.number == 0 || PartitionOfSchool(school, school_partitions) == id.number)
      writer.schools_.push_back(school);
  }
  writer.Claim();
  return writer;
}

void Writer::Raw(const Record& record) { waiting_.push_back(record.SerializeAsString()); }

void Writer::Valid(const Record& record) {
  Raw(record);
  if (chain_.Offer(record, waiting_.back()) != Verdict::kValid) std::abort();
}

void Writer::Claim() {
  claim_before_ = chain_.at().claim_index;
  Record record;
  record.mutable_claim()->set_previous_claim_index(claim_before_);
  record.mutable_claim()->set_read_index(chain_.at().index);
  record.mutable_claim()->set_read_hash(chain_.at().hash);
  Valid(record);
}

void Writer::Restored(const std::string& incarnation) {
  Record record;
  record.mutable_restored()->set_index(chain_.at().index + 1);
  record.mutable_restored()->set_tag(Chain::TagOf(chain_.at().hash));
  record.mutable_restored()->set_incarnation(incarnation);
  Valid(record);
}

log::v1::Commit Writer::NextCommit(int events, const std::string& named) {
  log::v1::Commit commit;
  commit.set_index(chain_.at().index + 1);
  commit.set_tag(Chain::TagOf(chain_.at().hash));
  commit.set_claim_index(chain_.at().claim_index);
  *commit.mutable_recorded_at() = TimestampOf(absl::ToUnixMicros(absl::Now()));
  *commit.mutable_occurred_at() = commit.recorded_at();
  commit.set_service_date("2026-09-08");
  commit.set_district_id("jilin");
  if (id_.number > 0) commit.set_school_id(schools_[named_ % schools_.size()]);
  for (int i = 0; i < events; ++i) {
    attendance::v1::AttendanceEvent event;
    event.mutable_pupil_checked_in()->set_session_id(absl::StrCat("session", named_ / 30));
    event.mutable_pupil_checked_in()->set_pupil_id(absl::StrCat(named, ToString(id_), "/", named_++));
    commit.add_events(event.SerializeAsString());
  }
  return commit;
}

void Writer::Commit(int events) {
  Record record;
  *record.mutable_commit() = NextCommit(events, "pupil");
  Valid(record);
  last_commit_ = waiting_.back();
  valid_events_ += static_cast<uint64_t>(events);
}

void Writer::Doubled() {
  if (last_commit_.empty()) return;
  waiting_.push_back(last_commit_);
  ++void_records_;
}

void Writer::Zombie() {
  if (claim_before_ == 0) return;
  Record record;
  *record.mutable_commit() = NextCommit(1, "zombie");
  record.mutable_commit()->set_claim_index(claim_before_);
  Raw(record);
  ++void_records_;
}

void Writer::Late() {
  Record record;
  *record.mutable_commit() = NextCommit(2, "late");
  record.mutable_commit()->set_tag(record.commit().tag() + 1);
  Raw(record);
  ++void_records_;
}

void Writer::SecondGenesis() {
  waiting_.push_back(genesis_);
  ++void_records_;
}

absl::Status Writer::Flush() {
  std::promise<absl::Status> done;
  partition_->Append(std::exchange(waiting_, {}),
                     [&done](const absl::Status& status, uint64_t) { done.set_value(status); });
  return done.get_future().get();
}

// --- What is to be published ---

namespace {

// The message in a serialised oneof, by parsing all of it and writing it out again.
PublicContent ContentOf(const std::string& service, const log::v1::Commit& commit, const std::string& bytes) {
  std::string name = service;
  name[0] = absl::ascii_toupper(static_cast<unsigned char>(name[0]));
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      absl::StrCat("afterbell.", service, ".v1.", name, "Event"));
  const std::unique_ptr<google::protobuf::Message> event(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!event->ParseFromString(bytes)) std::abort();
  const auto* field = event->GetReflection()->GetOneofFieldDescriptor(*event, type->oneof_decl(0));
  const google::protobuf::Message& inner = event->GetReflection()->GetMessage(*event, field);
  return {commit.school_id().empty() ? "commons" : commit.school_id(),
          inner.GetDescriptor()->full_name(),
          inner.SerializeAsString(),
          log::v1::EventKind_Name(inner.GetDescriptor()->options().GetExtension(log::v1::event_kind)),
          commit.district_id(),
          absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", absl::FromUnixMicros(MicrosOf(commit.recorded_at())),
                           absl::UTCTimeZone())};
}

absl::Status ReadPartition(LogPartition& partition, Truth* truth, std::set<std::string>* in_void) {
  const PartitionId& id = partition.id();
  Chain chain(id);
  uint64_t offset = 0;
  for (;;) {
    const auto batch = ReadWaiting(partition, offset, 4096, 4 << 20, kAtMost);
    if (!batch.ok()) return batch.status();
    if (batch->records.empty()) break;
    for (const LogBatch::Entry& entry : batch->records) {
      Record record;
      if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
        return absl::DataLossError("not a record");
      const Verdict verdict = chain.Offer(record, entry.value);
      if (verdict == Verdict::kDiverged) return absl::DataLossError(chain.divergence());
      truth->void_records += verdict == Verdict::kVoid;
      for (int i = 0; i < record.commit().events_size(); ++i) {
        PublicContent content = ContentOf(id.service, record.commit(), record.commit().events(i));
        if (verdict == Verdict::kVoid) {
          in_void->insert(content.value);
        } else {
          const std::string source = absl::StrCat("/afterbell/", chain.at().log_id, "/", ToString(id));
          truth->valid[id.service].insert({{source, record.commit().index(), i + 1}, std::move(content)});
        }
      }
    }
    offset = batch->next_offset;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Truth> ReadTruth(KafkaLog& log) {
  Truth truth;
  const auto ids = log.List();
  if (!ids.ok()) return ids.status();
  for (const PartitionId& id : *ids) {
    const auto partition = log.Open(id);
    if (!partition.ok()) return partition.status();
    if (absl::Status read = ReadPartition(**partition, &truth, &truth.void_values); !read.ok()) return read;
  }
  for (const auto& [service, events] : truth.valid) {
    for (const auto& [identity, content] : events) truth.void_values.erase(content.value);
  }
  return truth;
}

}  // namespace afterbell::relay_test
