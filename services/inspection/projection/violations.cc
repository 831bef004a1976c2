#include "services/inspection/projection/violations.h"

#include <vector>

#include "services/platform/decider/paging.h"

namespace afterbell::inspection {
namespace {

using v1::Violation;

std::string CaseKey(std::string_view case_id) { return Key("v/violation", case_id); }

// A case stands once under each of its codes.
std::vector<std::string> ListKeys(const Violation& violation) {
  std::vector<std::string> keys;
  const std::string state = v1::ViolationState_Name(violation.state());
  const std::string opened_at = InstantText(MicrosOf(violation.opened_at()));
  for (const std::string& code : violation.codes()) {
    keys.push_back(
        Key("v/violations/school", violation.school_id(), state, code, opened_at, violation.case_id()));
    keys.push_back(
        Key("v/violations/district", violation.district_id(), state, code, opened_at, violation.case_id()));
  }
  return keys;
}

void PutViolation(const Violation& violation, MutableRows& rows) {
  const std::string key = CaseKey(violation.case_id());
  if (const auto before = rows.Get<Violation>(key)) {
    for (const std::string& old : ListKeys(*before)) rows.Erase(old);
  }
  rows.Put(key, violation);
  for (const std::string& listed : ListKeys(violation)) rows.PutBytes(listed, "");
}

Violation Opened(const Recorded& own, v1::ViolationState state, const std::string& case_id) {
  Violation violation;
  violation.set_case_id(case_id);
  violation.set_school_id(own.commit.school_id());
  violation.set_district_id(own.commit.district_id());
  violation.set_state(state);
  *violation.mutable_opened_at() = own.commit.recorded_at();
  return violation;
}

void PutSuspected(const Recorded& own, const v1::ViolationSuspected& suspected, MutableRows& rows) {
  Violation violation = Opened(own, v1::SUSPECTED, suspected.case_id());
  *violation.mutable_codes() = suspected.codes();
  violation.set_subject_id(suspected.subject_id());
  violation.set_detector(suspected.detector());
  violation.set_detector_version(suspected.detector_version());
  *violation.mutable_causes() = suspected.causes();
  violation.set_rule(suspected.rule());
  violation.set_limit(suspected.limit());
  violation.set_met(suspected.met());
  *violation.mutable_value_ids() = suspected.value_ids();
  PutViolation(violation, rows);
}

void PutReported(const Recorded& own, const v1::ViolationReported& reported, MutableRows& rows) {
  Violation violation = Opened(own, v1::REPORTED, reported.case_id());
  *violation.mutable_codes() = reported.codes();
  violation.set_subject_id(reported.subject_id());
  violation.set_reported_by(own.commit.actor().person_id());
  violation.set_sealed_text(reported.sealed_text());
  *violation.mutable_causes() = reported.event_refs();
  PutViolation(violation, rows);
}

template <class Verdict>
void PutVerdict(const Recorded& own, const Verdict& verdict, v1::ViolationState state, MutableRows& rows) {
  auto violation = rows.Get<Violation>(CaseKey(verdict.case_id()));
  if (!violation) return;
  Violation decided = *violation;
  decided.set_state(state);
  decided.set_decided_by(own.commit.actor().person_id());
  decided.set_reason_code(verdict.reason_code());
  *decided.mutable_decided_at() = own.commit.recorded_at();
  *decided.mutable_evidence() = verdict.event_refs();
  PutViolation(decided, rows);
}

}  // namespace

void ProjectViolations(const Recorded& own, const v1::InspectionEvent& event, MutableRows& rows) {
  switch (event.event_case()) {
    case v1::InspectionEvent::kViolationSuspected:
      return PutSuspected(own, event.violation_suspected(), rows);
    case v1::InspectionEvent::kViolationReported:
      return PutReported(own, event.violation_reported(), rows);
    case v1::InspectionEvent::kViolationConfirmed:
      return PutVerdict(own, event.violation_confirmed(), v1::CONFIRMED, rows);
    case v1::InspectionEvent::kViolationDismissed:
      return PutVerdict(own, event.violation_dismissed(), v1::DISMISSED, rows);
    default:
      return;
  }
}

absl::StatusOr<v1::GetViolationAnswer> GetViolation(const Rows& rows,
                                                    const v1::GetViolationRequest& request) {
  auto violation = rows.Get<Violation>(CaseKey(request.case_id()));
  const std::string& school_id = request.header().school_id();
  if (!violation || (!school_id.empty() && school_id != violation->school_id())) {
    return Unknown("case", request.case_id());
  }
  v1::GetViolationAnswer answer;
  *answer.mutable_violation() = *std::move(violation);
  return answer;
}

absl::StatusOr<v1::ListViolationsAnswer> ListViolations(const Rows& rows,
                                                        const v1::ListViolationsRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (school_id.empty() && request.district_id().empty()) {
    return InvalidField("district_id", "", "given where the header has no school");
  }
  std::string prefix = school_id.empty() ? Key("v/violations/district", request.district_id(), "")
                                         : Key("v/violations/school", school_id, "");
  if (request.state() != v1::VIOLATION_STATE_UNSPECIFIED) {
    prefix += v1::ViolationState_Name(request.state()) + "/";
    if (!request.code().empty()) prefix += request.code() + "/";
  }
  v1::ListViolationsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
                                     [&](std::string_view key, std::string_view) {
                                       const std::string code(KeyPart(key, 5));
                                       const auto violation = rows.Get<Violation>(CaseKey(KeyPart(key, 7)));
                                       if (!violation) return false;
                                       // Without a code each case is listed once, under its first.
                                       if (code !=
                                           (request.code().empty() ? violation->codes(0) : request.code())) {
                                         return false;
                                       }
                                       *answer.add_violations() = *violation;
                                       return true;
                                     }));
  return answer;
}

}  // namespace afterbell::inspection
