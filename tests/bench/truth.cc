#include "tests/bench/truth.h"

#include <cstdio>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/random_id.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/time.h"
#include "services/platform/log/begin.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"
#include "tests/bench/bare.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

constexpr std::chrono::seconds kAtMost(60);
constexpr int kSchoolsOfAPartition = 10;
constexpr const char* kServices[] = {"registry", "staffing", kTruthService};  // Every commons is read by all.

// The same sequence on every machine (splitmix64).
uint64_t Draw(uint64_t* state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

struct School {
  std::string id;
  uint32_t partition;
};

// As many in each partition.
std::vector<School> Schools(int partitions) {
  std::vector<School> schools;
  std::vector<int> of(partitions + 1);
  for (int i = 0; schools.size() < kSchoolsOfAPartition * static_cast<size_t>(partitions); ++i) {
    const std::string id = absl::StrFormat("school-%d", i);
    const uint32_t partition = PartitionOfSchool(id, static_cast<uint32_t>(partitions));
    if (of[partition]++ < kSchoolsOfAPartition) schools.push_back({id, partition});
  }
  return schools;
}

std::vector<TopicPlan> Plan(const Truth& truth) {
  std::vector<TopicPlan> plan;
  for (const char* service : kServices) {
    plan.push_back({truth.log.topic_prefix + "." + service + ".v1",
                    truth.partitions + 1,
                    1,
                    {{"retention.ms", "-1"}, {"message.timestamp.type", "LogAppendTime"}}});
  }
  return plan;
}

// One partition as its writer sees it.
class Writer {
 public:
  Writer(const Truth& truth, uint32_t number, const std::string& log_id, BareProducer* producer)
      : topic_(TopicOf(truth.log)), id_{kTruthService, number}, chain_(id_), producer_(producer) {
    Write(GenesisOf({log_id, {}, static_cast<uint32_t>(truth.partitions), log::v1::REAL, Now()}, id_), {});
    if (number == 0) return;
    log::v1::Record record;
    log::v1::Claim& claim = *record.mutable_claim();
    claim.set_read_index(chain_.at().index);
    claim.set_read_hash(chain_.at().hash);
    claim.set_instance_id("bench");
    claim.set_address("127.0.0.1:1");
    *claim.mutable_recorded_at() = TimestampOf(Now());
    Write(record, {});
  }

  uint64_t Commit(log::v1::Record* record, std::string_view key) {
    log::v1::Commit& commit = *record->mutable_commit();
    commit.set_index(chain_.at().index + 1);
    commit.set_tag(Chain::TagOf(chain_.at().hash));
    commit.set_claim_index(chain_.at().claim_index);
    return Write(*record, key);
  }

 private:
  static Micros Now() { return absl::ToUnixMicros(absl::Now()); }

  uint64_t Write(const log::v1::Record& record, std::string_view key) {
    record.SerializeToString(&value_);
    if (chain_.Offer(record, value_) != Verdict::kValid) std::abort();  // We made it so.
    producer_->Send(topic_, static_cast<int>(id_.number), key, value_);
    return value_.size();
  }

  const std::string topic_;
  const PartitionId id_;
  Chain chain_;
  BareProducer* const producer_;
  std::string value_;
};

void FillCheckIn(const School& school, const std::string& pupil, uint64_t number, bool request_ids,
                 log::v1::Record* record) {
  log::v1::Commit& commit = *record->mutable_commit();
  commit.Clear();
  const Micros now = absl::ToUnixMicros(absl::Now());
  *commit.mutable_recorded_at() = TimestampOf(now);
  *commit.mutable_occurred_at() = TimestampOf(now);
  commit.set_service_date("2026-09-08");
  commit.set_district_id("jilin");
  commit.set_school_id(school.id);
  commit.mutable_actor()->set_role("care_teacher");
  commit.mutable_actor()->set_person_id("adult-7");
  if (request_ids) {
    commit.set_request_id(absl::StrFormat("r%011x", number));
    commit.set_request_digest("sixteen bytes ok");
  }
  attendance::v1::AttendanceEvent event;
  event.mutable_pupil_checked_in()->set_session_id(absl::StrFormat("s%07x", number));
  event.mutable_pupil_checked_in()->set_pupil_id(pupil);
  event.SerializeToString(commit.add_events());
}

}  // namespace

std::string TopicOf(const KafkaLogOptions& options) {
  return options.topic_prefix + "." + kTruthService + ".v1";
}

absl::Status WriteTruth(Truth* truth) {
  if (const auto made = ApplyTopics(truth->log, Plan(*truth)); !made.ok()) return made.status();
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, KafkaLog::Open(truth->log));
  LogBeginning beginning;
  beginning.log_id = RandomId();
  beginning.services = {"registry", "staffing"};
  beginning.school_partitions = static_cast<uint32_t>(truth->partitions);
  beginning.now = absl::ToUnixMicros(absl::Now());
  AFTERBELL_ASSIGN_OR_RETURN(const std::string log_id, BeginLog(*log, beginning, kAtMost));
  BareProducer producer;
  AFTERBELL_RETURN_IF_ERROR(producer.Open(truth->log.brokers));
  std::vector<Writer> writers;
  for (int p = 0; p <= truth->partitions; ++p)
    writers.emplace_back(*truth, static_cast<uint32_t>(p), log_id, &producer);
  const std::vector<School> schools = Schools(truth->partitions);
  log::v1::Record record;
  uint64_t drawn = 7;
  const auto begun = std::chrono::steady_clock::now();
  for (uint64_t i = 0; i < truth->records; ++i) {
    const uint64_t pupil = Draw(&drawn) % truth->keys;
    const School& school = schools[pupil % schools.size()];
    const std::string key = absl::StrFormat("pupil-%06x", pupil);
    FillCheckIn(school, key, i, truth->request_ids, &record);
    truth->bytes += writers[school.partition].Commit(&record, key);
    if (i % 1024 == 0) producer.Poll(0);
  }
  AFTERBELL_RETURN_IF_ERROR(producer.Flush());
  truth->produced_per_second = truth->records / SecondsSince(begun);
  return absl::OkStatus();
}

absl::Status RemoveTruth(const Truth& truth) {
  for (const TopicPlan& each : Plan(truth)) AFTERBELL_RETURN_IF_ERROR(DeleteTestTopic(truth.log, each.name));
  return absl::OkStatus();
}

}  // namespace afterbell::bench
