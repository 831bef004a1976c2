#include "services/inspection/domain/violation.h"

#include "services/inspection/domain/codes.h"
#include "services/inspection/domain/detectors.h"
#include "services/inspection/domain/facts.h"
#include "services/inspection/domain/tables.h"
#include "services/platform/base/ids.h"

namespace afterbell::inspection {
namespace {

using state::CaseRow;
using Refs = google::protobuf::RepeatedPtrField<log::v1::RecordId>;

RowPtr<CaseRow> CaseAt(const Situation& s, const std::string& case_id) {
  return s.rows.Get(kCases, {s.context.school_id, case_id});
}

Decided One(v1::InspectionEvent event) { return std::vector<v1::InspectionEvent>{std::move(event)}; }

// A sealed text has other bytes each time it is sealed, so it is not compared.
bool SameReport(v1::ViolationReported a, v1::ViolationReported b) {
  a.clear_sealed_text();
  b.clear_sealed_text();
  return a.SerializeAsString() == b.SerializeAsString();
}

absl::Status CheckRefs(const Refs& refs) {
  for (const log::v1::RecordId& ref : refs) {
    if (ref.service().empty() || ref.index() == 0) {
      return InvalidField("event_refs", IdentityText(ref), "the identity of a record");
    }
  }
  return absl::OkStatus();
}

// Whoever decides a case of a school holds no post there, and has not reported it.
std::optional<Refused> NotImpartial(const Situation& s, const std::string& case_id, const CaseRow& row) {
  const std::string& person_id = s.context.person_id;
  if (const auto post = PostHeld(s.rows, s.context.school_id, person_id, s.context.service_date)) {
    return Refused{"INS-04", "INSPECTOR_HAS_POST", case_id, "no post at the school", post->role()};
  }
  if (!person_id.empty() && person_id == row.reported_by()) {
    return Refused{"INS-04", "SAME_PERSON", case_id, "another person", person_id};
  }
  return std::nullopt;
}

// What confirming and dismissing have in common: a refusal, an error, quiet, or nothing: go on.
std::optional<Decided> BeforeVerdict(const Situation& s, const std::string& case_id, const Refs& refs,
                                     state::CaseStep verdict) {
  const auto row = CaseAt(s, case_id);
  if (!row) return Unknown("case", case_id);
  if (row->step() == verdict) return std::vector<v1::InspectionEvent>{};
  if (row->step() != state::SUSPECTED && row->step() != state::REPORTED) {
    return Refused{"INS-02", "WRONG_STATE", case_id, "SUSPECTED or REPORTED",
                   state::CaseStep_Name(row->step())};
  }
  if (refs.empty()) return Refused{"INS-01", "EVIDENCE_MISSING", case_id, "1", "0"};
  if (absl::Status status = CheckRefs(refs); !status.ok()) return status;
  if (auto refused = NotImpartial(s, case_id, *row)) return *refused;
  return std::nullopt;
}

void PutStep(const Recorded& own, const std::string& case_id, state::CaseStep step, StateRows rows) {
  auto row = rows.GetOrEmpty(kCases, {own.commit.school_id(), case_id});
  row.set_step(step);
  rows.Put(kCases, {own.commit.school_id(), case_id}, std::move(row));
}

}  // namespace

std::string IdentityText(const log::v1::RecordId& record) {
  return absl::StrCat(record.log_id(), "/", record.service(), "/", record.partition(), "/", record.index());
}

std::string CaseId(const v1::SuspectViolation& command) {
  const std::string code = command.codes().empty() ? std::string() : command.codes(0);
  const std::string cause = command.causes().empty() ? std::string() : IdentityText(command.causes(0));
  return DerivedId("case", {code, command.subject_id(), cause});
}

void EvolveViolation(const Recorded& own, const v1::InspectionEvent& event, StateRows rows) {
  switch (event.event_case()) {
    case v1::InspectionEvent::kViolationSuspected:
      return PutStep(own, event.violation_suspected().case_id(), state::SUSPECTED, rows);
    case v1::InspectionEvent::kViolationReported: {
      CaseRow row;
      row.set_step(state::REPORTED);
      *row.mutable_reported() = event.violation_reported();
      row.set_reported_by(own.commit.actor().person_id());
      return rows.Put(kCases, {own.commit.school_id(), event.violation_reported().case_id()}, std::move(row));
    }
    case v1::InspectionEvent::kViolationConfirmed:
      return PutStep(own, event.violation_confirmed().case_id(), state::CONFIRMED, rows);
    case v1::InspectionEvent::kViolationDismissed:
      return PutStep(own, event.violation_dismissed().case_id(), state::DISMISSED, rows);
    default:
      return;
  }
}

Decided DecideSuspectViolation(const Situation& s, const v1::SuspectViolation& command) {
  const std::string case_id = CaseId(command);
  if (CaseAt(s, case_id)) return std::vector<v1::InspectionEvent>{};
  const Detector* detector = FindDetector(command.detector());
  if (detector == nullptr) return InvalidField("detector", command.detector(), "a known detector");
  if (command.codes().empty()) return InvalidField("codes", "", "at least one");
  if (command.causes().empty()) return InvalidField("causes", "", "at least one");
  v1::InspectionEvent event;
  v1::ViolationSuspected& suspected = *event.mutable_violation_suspected();
  suspected.set_case_id(case_id);
  *suspected.mutable_codes() = command.codes();
  suspected.set_subject_id(command.subject_id());
  suspected.set_detector(command.detector());
  suspected.set_detector_version(detector->version);
  *suspected.mutable_causes() = command.causes();
  suspected.set_rule(command.rule());
  suspected.set_limit(command.limit());
  suspected.set_met(command.met());
  *suspected.mutable_value_ids() = command.value_ids();
  return One(std::move(event));
}

Decided DecideReportViolation(const Situation& s, const v1::ReportViolation& command) {
  v1::InspectionEvent event;
  v1::ViolationReported& reported = *event.mutable_violation_reported();
  reported.set_case_id(command.case_id());
  *reported.mutable_codes() = command.codes();
  reported.set_subject_id(command.subject_id());
  reported.set_sealed_text(command.sealed_text());
  *reported.mutable_event_refs() = command.event_refs();

  if (const auto row = CaseAt(s, command.case_id())) {
    if (SameReport(row->reported(), reported) && row->reported_by() == s.context.person_id) {
      return std::vector<v1::InspectionEvent>{};
    }
    return Refused{"INS-02", "WRONG_STATE", command.case_id(), "not reported",
                   state::CaseStep_Name(row->step())};
  }
  if (command.codes().empty()) return InvalidField("codes", "", "at least one");
  for (const std::string& code : command.codes()) {
    if (!IsCode(s, code)) return InvalidField("codes", code, "a code of a violation");
  }
  AFTERBELL_RETURN_IF_ERROR(CheckRefs(command.event_refs()));
  return One(std::move(event));
}

Decided DecideConfirmViolation(const Situation& s, const v1::ConfirmViolation& command) {
  if (auto early = BeforeVerdict(s, command.case_id(), command.event_refs(), state::CONFIRMED)) return *early;
  v1::InspectionEvent event;
  v1::ViolationConfirmed& confirmed = *event.mutable_violation_confirmed();
  confirmed.set_case_id(command.case_id());
  *confirmed.mutable_event_refs() = command.event_refs();
  confirmed.set_reason_code(command.reason_code());
  return One(std::move(event));
}

Decided DecideDismissViolation(const Situation& s, const v1::DismissViolation& command) {
  if (auto early = BeforeVerdict(s, command.case_id(), command.event_refs(), state::DISMISSED)) return *early;
  v1::InspectionEvent event;
  v1::ViolationDismissed& dismissed = *event.mutable_violation_dismissed();
  dismissed.set_case_id(command.case_id());
  *dismissed.mutable_event_refs() = command.event_refs();
  dismissed.set_reason_code(command.reason_code());
  return One(std::move(event));
}

}  // namespace afterbell::inspection
