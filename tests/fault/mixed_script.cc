#include "tests/fault/mixed_script.h"

#include <set>
#include <utility>

#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/platform/base/ids.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/valid_records.h"
#include "tools/afterbell/player.h"

namespace afterbell::fault {
namespace {

using inspection::v1::InspectionEvent;

constexpr int kReports = 3;                   // A school and phase; of so many one waits for the level.
constexpr int64_t kReportsEverySeconds = 60;  // Of the clock, when the term is over.
// What next.patch adds, by number: this build does not know the names.
constexpr int kSeenOn = 6;        // Of ReportViolation and of ViolationReported.
constexpr int kVerdictTimed = 5;  // Of InspectionEvent.

bool HasField(const google::protobuf::Message& message, int number) {
  const auto& unknown = message.GetReflection()->GetUnknownFields(message);
  for (int i = 0; i < unknown.field_count(); ++i) {
    if (unknown.field(i).number() == number) return true;
  }
  return false;
}

}  // namespace

void Script::Next(citygen::Phase* phase) {
  google::protobuf::Timestamp at = last_at_;
  if (!city_.NextPhase(phase)) {
    at.set_seconds(at.seconds() + kReportsEverySeconds);
    phase->Clear();
    phase->set_label("reports");
    *phase->mutable_at() = at;
  }
  last_at_ = phase->at();
  ++number_;
  const auto schools = schools_;
  for (const citygen::Call& call : phase->calls()) {
    if (!call.school_id().empty()) schools_[call.school_id()] = call.district_id();
  }
  for (const Case& each : std::exchange(undecided_, {})) Decide(each, phase);
  for (const auto& [school_id, district_id] : schools) {
    for (int i = 0; i < kReports; ++i) Report(school_id, district_id, i, phase);
  }
}

void Script::LevelWasRaised() {
  undecided_.insert(undecided_.end(), waiting_.begin(), waiting_.end());
  waiting_.clear();
  raised_ = true;
}

citygen::Call* Script::AddCall(const Case& of, const std::string& command, const std::string& role,
                               citygen::Phase* phase) const {
  citygen::Call* call = phase->add_calls();
  call->set_service("inspection");
  call->set_command(command);
  call->set_school_id(of.school_id);
  call->set_district_id(of.district_id);
  call->set_role(role);
  call->set_person_id("mixed-" + role);
  call->set_request_id(DerivedUuid(command + of.case_id));
  return call;
}

void Script::Report(const std::string& school_id, const std::string& district_id, int i,
                    citygen::Phase* phase) {
  const Case opened{DerivedId("mixed", {school_id, std::to_string(number_), std::to_string(i)}), school_id,
                    district_id};
  inspection::v1::ReportViolation report;
  report.set_case_id(opened.case_id);
  report.add_codes("too_few_adults");
  report.set_subject_id(school_id);
  report.GetReflection()->MutableUnknownFields(&report)->AddLengthDelimited(
      kSeenOn, DateOf(MicrosOf(phase->at()), kShanghaiMinutes));
  AddCall(opened, "report_violation", "guardian", phase)->set_body(report.SerializeAsString());
  (i == 0 && !raised_ ? waiting_ : undecided_).push_back(opened);
}

void Script::Decide(const Case& opened, citygen::Phase* phase) const {
  inspection::v1::ConfirmViolation confirm;  // DismissViolation has the same fields.
  confirm.set_case_id(opened.case_id);
  confirm.set_reason_code("seen");
  log::v1::RecordId* evidence = confirm.add_event_refs();
  evidence->set_log_id("log");
  evidence->set_service("inspection");
  evidence->set_index(1);
  const bool dismisses = opened.case_id.back() % 2 == 0;
  AddCall(opened, dismisses ? "dismiss_violation" : "confirm_violation", "education_bureau", phase)
      ->set_body(confirm.SerializeAsString());
}

absl::StatusOr<Reports> ReadReports(EventLog* log, const std::map<PartitionId, uint64_t>& from) {
  Reports reports;
  std::set<std::string> dated;
  for (const auto& [id, end] : from) {
    if (id.service != "inspection") continue;
    const auto partition = log->Open(id);
    if (!partition.ok()) return partition.status();
    ValidRecords records(*partition, Chain(id));
    for (;;) {
      const auto record = records.Next();
      if (!record.ok()) return record.status();
      if (*record == nullptr) break;
      if (!(*record)->has_commit()) continue;
      const log::v1::Commit& commit = (*record)->commit();
      const bool behind = commit.index() > end;
      ForEachEventOf<InspectionEvent>(
          Recorded{commit, id.service, id.number}, [&](const InspectionEvent& event) {
            if (event.has_violation_reported()) {
              const bool has = HasField(event.violation_reported(), kSeenOn);
              ++(has ? reports.with : reports.without);
              if (has) dated.insert(event.violation_reported().case_id());
            }
            const std::string decided =
                event.has_violation_confirmed()   ? event.violation_confirmed().case_id()
                : event.has_violation_dismissed() ? event.violation_dismissed().case_id()
                                                  : "";
            if (behind && dated.count(decided) > 0) ++reports.due;
            if (HasField(event, kVerdictTimed)) ++(behind ? reports.timed : reports.early);
          });
    }
  }
  return reports;
}

}  // namespace afterbell::fault
