#include "tests/bench/fold.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/config/config.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/runtime/runtime.h"
#include "tests/bench/truth.h"

namespace afterbell::bench {
namespace {

constexpr std::chrono::seconds kAtMost(600);
constexpr StateTable<google::protobuf::BytesValue, key::Id> kCame{"s/came", "pupil", Point()};
constexpr size_t kCountBytes = 8;

void SayLine(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << line << std::endl;
}

using attendance::v1::AttendanceEvent;

// How often each pupil came, and the last session. The events are attendance's; so are the entities whose
// history the runtime keeps, unless only the rows are wanted.
class CameService final : public Service {
 public:
  CameService(uint64_t records, bool rows_only) : records_(records), rows_only_(rows_only) {}

  std::string_view name() const override { return kTruthService; }
  int revision() const override { return 1; }
  TableList tables() const override { return {&kCame}; }
  std::vector<std::string_view> reads() const override { return {}; }
  const std::vector<CommandInfo>& commands() const override {
    static const std::vector<CommandInfo> kNone;
    return kNone;
  }
  std::string CommandName(std::string_view) const override { return {}; }
  DecisionBytes Decide(const Situation&, std::string_view) const override { return {}; }
  int UnreadableEvent(const Recorded&) const override { return -1; }
  int UnreadableMade(const log::v1::Commit&) const override { return -1; }
  void Evolve(const Recorded& own, StateRows rows) const override {
    ForEachEventOf<AttendanceEvent>(own, [&](const auto& event) { Count(event.pupil_checked_in(), rows); });
  }
  void Project(const Recorded&, ViewRows) const override {}
  std::vector<std::string> Entities(const Recorded& own) const override {
    std::vector<std::string> entities;
    if (rows_only_) return entities;
    ForEachEventOf<AttendanceEvent>(own, [&](const auto& event) { CollectEntities(event, &entities); });
    std::sort(entities.begin(), entities.end());
    return entities;
  }
  void Fold(const Recorded&, IntakeRows) const override {}
  bool Folds(std::string_view, int) const override { return false; }
  bool Hears(std::string_view, bool, int) const override { return false; }
  std::vector<std::string> React(const Situation&, const Recorded&) const override { return {}; }
  std::vector<std::string> AtDeadline(const Situation&, std::string_view, std::string_view,
                                      Micros) const override {
    return {};
  }

 private:
  // A row: the count, eight bytes, and the session.
  void Count(const attendance::v1::PupilCheckedIn& in, StateRows rows) const {
    uint64_t count = 0;
    if (const auto before = rows.Get(kCame, {in.pupil_id()}))
      std::memcpy(&count, before->value().data(), kCountBytes);
    ++count;
    google::protobuf::BytesValue row;
    row.mutable_value()->append(reinterpret_cast<const char*>(&count), kCountBytes).append(in.session_id());
    rows.Put(kCame, {in.pupil_id()}, std::move(row));
    const uint64_t folded = ++folded_;
    if (folded == 1) SayLine("first");
    if (folded == records_ / 2) SayLine("half");
    if (folded == records_) SayLine("last");
  }

  const uint64_t records_;
  const bool rows_only_;
  mutable std::atomic<uint64_t> folded_{0};  // For the one who measures; no row rests on it.
};

std::string DigestOf(Runtime& runtime) {
  std::map<std::string, std::string> lines;
  for (uint32_t p = 1; p <= runtime.school_partitions(); ++p) {
    const auto view = runtime.View({kTruthService, p});
    if (!view.ok()) return std::string(view.status().message());
    Rows(*view->rows).Scan(kCame, Prefix(), [&](const auto& key, const google::protobuf::BytesValue& row) {
      uint64_t count = 0;
      std::memcpy(&count, row.value().data(), kCountBytes);
      const std::string pupil(std::get<0>(key));
      lines[pupil] = absl::StrCat(pupil, ",", count, ",", row.value().substr(kCountBytes), "\n");
    });
  }
  std::string text;
  for (const auto& [pupil, line] : lines) text += line;
  return absl::StrCat(absl::BytesToHexString(Sha256(text)), " ", lines.size());
}

absl::Status Follow(const Flags& flags) {
  KafkaLogOptions options;
  options.brokers = flags.kafka;
  options.topic_prefix = flags.prefix;
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, KafkaLog::Open(options));
  const CameService service(flags.records, flags.rows_only);
  // Limits as a service would have them, so that another can be tried: AFTERBELL_LIMITS_STORE_BUFFER_BYTES=….
  AFTERBELL_ASSIGN_OR_RETURN(const auto config, LoadConfig(""));
  RuntimeOptions runtime_options;
  runtime_options.limits = config.limits();
  runtime_options.projections_directory = flags.data;
  runtime_options.services = {&service};
  runtime_options.log = log.get();
  runtime_options.own = false;
  runtime_options.begin = false;
  AFTERBELL_ASSIGN_OR_RETURN(const auto runtime, Runtime::Open(std::move(runtime_options)));
  AFTERBELL_RETURN_IF_ERROR(runtime->WaitReady(kAtMost));
  SayLine("ready");
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "digest") SayLine("digest " + DigestOf(*runtime));
  }
  return absl::OkStatus();
}

}  // namespace

int ServeFold(const Flags& flags) {
  const absl::Status status = Follow(flags);
  if (!status.ok()) SayLine(absl::StrCat("failed ", status.ToString()));
  return status.ok() ? 0 : 1;
}

}  // namespace afterbell::bench
