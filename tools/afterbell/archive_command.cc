// afterbell log export and import: a log copied into an archive, and put back as a new incarnation.
#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/util/json_util.h"
#include "services/city/city.h"
#include "services/platform/log/archive/archive.h"
#include "services/platform/log/archive/export.h"
#include "services/platform/log/archive/restore.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/log/kafka/kafka_log.h"
#include "services/platform/log/kafka/topics.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

constexpr char kControlKind[] = "control";

struct ExportFlags {
  LogPlace place;
  std::string to;
  int every_s = 0;
};

struct ImportFlags {
  std::string from;
  std::string data, kafka;
  std::string file = "infra/kafka/topics.textproto";
  uint32_t replication = 0;
  std::string lost;
};

absl::Status ExportOnce(EventLog* log, const std::string& to) {
  const auto exported = archive::Export(log, to, absl::ToUnixMicros(absl::Now()));
  if (!exported.ok()) return exported.status();
  std::printf("%lu new records (%lu bytes); %lu in %lu partitions; %lu came meanwhile\n",
              static_cast<unsigned long>(exported->records), static_cast<unsigned long>(exported->bytes),
              static_cast<unsigned long>(exported->records_all),
              static_cast<unsigned long>(exported->partitions), static_cast<unsigned long>(exported->left));
  std::fflush(stdout);
  return absl::OkStatus();
}

// True when the process was asked to stop within that time.
bool StopAskedWithin(int seconds) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  const timespec at_most{seconds, 0};
  return sigtimedwait(&signals, nullptr, &at_most) > 0;
}

int RunExport(const ExportFlags& flags) {
  if (flags.every_s > 0) BlockStopSignals();
  auto log = OpenToRead(flags.place);
  if (!log.ok()) return Failed(log.status());
  for (;;) {
    const absl::Status status = ExportOnce(log->get(), flags.to);
    if (!status.ok()) Failed(status);
    // Brokers that are away come back: the next time takes what this one did not.
    const bool passes = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
    if (flags.every_s == 0 || (!status.ok() && !passes)) return status.ok() ? kExitDone : kExitFailed;
    if (StopAskedWithin(flags.every_s)) return kExitDone;
    // An embedded log is read as its files prove it to be: opened anew, it shows what was written since.
    if (dynamic_cast<EmbeddedLog*>(log->get()) == nullptr) continue;
    log->reset();
    log = OpenToRead(flags.place);
    if (!log.ok()) return Failed(log.status());
  }
}

// Topics of the archive's number of partitions: all but the one on which services agree who owns what, so
// that none can claim anything before the log is whole; and that one.
struct Topics {
  KafkaLogOptions options;
  std::vector<TopicPlan> open, control;
};

absl::StatusOr<Topics> TopicsFor(const ImportFlags& flags, const log::v1::Archive& archive) {
  AFTERBELL_ASSIGN_OR_RETURN(kafka::v1::Topics wanted, LoadTopics(flags.file));
  wanted.set_school_partitions(archive.school_partitions());
  if (flags.replication > 0) wanted.set_replication(flags.replication);
  Topics topics;
  topics.options.brokers = flags.kafka;
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<TopicPlan> plan, PlanTopics(wanted));
  for (const TopicPlan& topic : plan) {
    bool control = false;
    for (const kafka::v1::Topic& each : wanted.topics())
      control = control || (each.name() == topic.name && each.kind() == kControlKind);
    (control ? topics.control : topics.open).push_back(topic);
  }
  AFTERBELL_ASSIGN_OR_RETURN(const auto missing, CheckTopics(topics.options, topics.control));
  const bool absent = std::any_of(missing.begin(), missing.end(),
                                  [](const TopicDifference& each) { return each.key == "topic"; });
  if (!absent) {
    return absl::FailedPreconditionError(absl::StrCat(
        topics.control.front().name,
        " exists, so services could claim what is being put back: import into brokers that hold no city"));
  }
  return topics;
}

absl::StatusOr<archive::Restoration> RestoreInto(EventLog* log, const ImportFlags& flags) {
  archive::RestoreOptions options;
  options.directory = flags.from;
  options.now = absl::ToUnixMicros(absl::Now());
  std::ofstream lost;
  if (!flags.lost.empty()) {
    lost.open(flags.lost);
    if (!lost) return absl::UnavailableError(flags.lost + " cannot be written");
    options.lost = [&lost](const PartitionId& id, const log::v1::Record& record) {
      log::v1::Record head = record;
      if (head.has_commit()) head.mutable_commit()->clear_command();  // A claim stays one.
      std::string json;
      if (!google::protobuf::util::MessageToJsonString(head, &json).ok()) json = head.ShortDebugString();
      lost << ToString(id) << ' ' << json << '\n';
      for (const std::string& event : record.commit().events())
        lost << "  " << EventText(id.service, event) << '\n';
    };
  }
  return archive::Restore(log, options);
}

absl::StatusOr<archive::Restoration> IntoKafka(const ImportFlags& flags, const log::v1::Archive& archive) {
  AFTERBELL_ASSIGN_OR_RETURN(const Topics topics, TopicsFor(flags, archive));
  AFTERBELL_RETURN_IF_ERROR(ApplyTopics(topics.options, topics.open).status());
  AFTERBELL_ASSIGN_OR_RETURN(const std::unique_ptr<KafkaLog> log, KafkaLog::Open(topics.options));
  AFTERBELL_ASSIGN_OR_RETURN(archive::Restoration restoration, RestoreInto(log.get(), flags));
  AFTERBELL_RETURN_IF_ERROR(ApplyTopics(topics.options, topics.control).status());
  return restoration;
}

absl::StatusOr<archive::Restoration> IntoFolder(const ImportFlags& flags) {
  const std::string target = flags.data + "/log", unfinished = target + ".importing";
  if (std::filesystem::exists(target))
    return absl::FailedPreconditionError(target + " exists: import into a folder without a log");
  std::filesystem::remove_all(unfinished);
  absl::StatusOr<archive::Restoration> restoration;
  {
    EmbeddedLogOptions options;
    options.directory = unfinished;
    AFTERBELL_ASSIGN_OR_RETURN(const std::unique_ptr<EmbeddedLog> log, EmbeddedLog::Open(options));
    restoration = RestoreInto(log.get(), flags);
  }
  if (!restoration.ok()) return restoration;
  std::error_code error;
  std::filesystem::rename(unfinished, target, error);
  if (error) return absl::UnavailableError(target + ": " + error.message());
  return restoration;
}

int RunImport(const ImportFlags& flags) {
  const auto archive = archive::ReadManifest(flags.from);
  if (!archive.ok()) return Failed(archive.status());
  const auto restored = flags.kafka.empty() ? IntoFolder(flags) : IntoKafka(flags, *archive);
  if (!restored.ok()) return Failed(restored.status());
  for (const archive::RestoredPartition& each : restored->partitions) {
    if (each.kept == each.archived && each.known_of == 0) continue;
    std::printf("%s: %lu of %lu records", ToString(each.id).c_str(), static_cast<unsigned long>(each.kept),
                static_cast<unsigned long>(each.archived));
    if (each.known_of > 0) {
      std::printf("; others had seen it to %lu, what lies between was never archived",
                  static_cast<unsigned long>(each.known_of));
    }
    std::printf("\n");
  }
  std::printf("log %s, from here on %s: %lu records put back, %lu of the archive cut off%s\n",
              restored->log_id.c_str(), restored->incarnation.c_str(),
              static_cast<unsigned long>(restored->records), static_cast<unsigned long>(restored->lost),
              restored->lost > 0 && !flags.lost.empty() ? (", listed in " + flags.lost).c_str() : "");
  return kExitDone;
}

}  // namespace

void AddArchive(CLI::App* log, int* exit_code) {
  auto out = std::make_shared<ExportFlags>();
  CLI::App* to = log->add_subcommand(
      "export", "Copy the valid records into an archive: what is new since the last time");
  AddLogPlace(to, &out->place);
  to->add_option("--to", out->to, "Folder of the archive")->required();
  to->add_option("--every", out->every_s, "Again after so many seconds, until it is stopped")
      ->check(CLI::Range(1, 86400));
  to->callback([out, exit_code] { *exit_code = RunExport(*out); });
  auto in = std::make_shared<ImportFlags>();
  CLI::App* from = log->add_subcommand("import", "Put an archive back as a new incarnation of its log");
  from->add_option("--from", in->from, "Folder of the archive")->required();
  CLI::Option* data = from->add_option("--data", in->data, "Folder that holds no log");
  CLI::Option* kafka = from->add_option("--kafka", in->kafka, "Brokers that hold no city")->excludes(data);
  from->add_option("--file", in->file, "What topics should be")->needs(kafka)->capture_default_str();
  from->add_option("--replication", in->replication, "1 for a single broker (the file's)")->needs(kafka);
  from->add_option("--lost", in->lost, "List here what the archive held and could not stand");
  from->callback([in, exit_code] {
    if (in->data.empty() && in->kafka.empty()) throw CLI::RequiredError("--data or --kafka");
    *exit_code = RunImport(*in);
  });
}

}  // namespace afterbell
