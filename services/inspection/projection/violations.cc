#include "services/inspection/projection/violations.h"

#include "services/inspection/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::inspection {
namespace {

using v1::Violation;

// Visits each place of the lists where a case stands: the table, and the key there.
template <class Visit>
void ForEachPlace(const Violation& violation, const Visit& visit) {
  const std::string state_name = v1::ViolationState_Name(violation.state());
  const key::Word state(state_name);
  const key::Instant opened_at(MicrosOf(violation.opened_at()));
  for (const std::string& code : violation.codes()) {
    visit(kViolationsOfSchool,
          decltype(kViolationsOfSchool)::Key{violation.school_id(), state, key::Word(code), opened_at,
                                             violation.case_id()});
    visit(kViolationsOfDistrict,
          decltype(kViolationsOfDistrict)::Key{violation.district_id(), state, key::Word(code), opened_at,
                                               violation.school_id(), violation.case_id()});
  }
}

void PutViolation(const Violation& violation, ViewRows rows) {
  const decltype(kViolations)::Key key = {violation.school_id(), violation.case_id()};
  if (const auto before = rows.Get(kViolations, key)) {
    ForEachPlace(*before, [&](const auto& list, const auto& place) { rows.Erase(list, place); });
  }
  rows.Put(kViolations, key, violation);
  ForEachPlace(violation, [&](const auto& list, const auto& place) { rows.Put(list, place); });
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

void PutSuspected(const Recorded& own, const v1::ViolationSuspected& suspected, ViewRows rows) {
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

void PutReported(const Recorded& own, const v1::ViolationReported& reported, ViewRows rows) {
  Violation violation = Opened(own, v1::REPORTED, reported.case_id());
  *violation.mutable_codes() = reported.codes();
  violation.set_subject_id(reported.subject_id());
  violation.set_reported_by(own.commit.actor().person_id());
  violation.set_sealed_text(reported.sealed_text());
  *violation.mutable_causes() = reported.event_refs();
  PutViolation(violation, rows);
}

template <class Verdict>
void PutVerdict(const Recorded& own, const Verdict& verdict, v1::ViolationState state, ViewRows rows) {
  const auto violation = rows.Get(kViolations, {own.commit.school_id(), verdict.case_id()});
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

void ProjectViolations(const Recorded& own, const v1::InspectionEvent& event, ViewRows rows) {
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

absl::StatusOr<v1::GetViolationAnswer> GetViolation(const QueryRows& rows,
                                                    const v1::GetViolationRequest& request) {
  const auto violation = rows.Get(kViolations, {request.header().school_id(), request.case_id()});
  if (!violation) return Unknown("case", request.case_id());
  v1::GetViolationAnswer answer;
  *answer.mutable_violation() = *violation;
  return answer;
}

absl::StatusOr<v1::ListViolationsAnswer> ListViolations(const QueryRows& rows,
                                                        const v1::ListViolationsRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (school_id.empty() && request.district_id().empty()) {
    return InvalidField("district_id", "", "given where the header has no school");
  }
  v1::ListViolationsAnswer answer;
  const auto visit = [&](std::string_view school, std::string_view code, std::string_view case_id) {
    const auto violation = rows.Get(kViolations, {school, case_id});
    if (!violation) return false;
    // Without a code each case is listed once, under its first.
    if (code != (request.code().empty() ? violation->codes(0) : request.code())) return false;
    *answer.add_violations() = *violation;
    return true;
  };
  const auto of_school = [&](const auto& key) {
    const auto& [school, state, code, opened_at, case_id] = key;
    return visit(school, code, case_id);
  };
  const auto of_district = [&](const auto& key) {
    const auto& [district, state, code, opened_at, school, case_id] = key;
    return visit(school, code, case_id);
  };
  const auto list = [&](const auto& table, const std::string& of, const auto& visit_key) {
    const auto scan = [&](const auto& prefix) {
      return ScanPage(rows, table, prefix, request, request.header(), answer.mutable_page(), visit_key);
    };
    if (request.state() == v1::VIOLATION_STATE_UNSPECIFIED) return scan(Prefix(of));
    const std::string state_name = v1::ViolationState_Name(request.state());
    const key::Word state(state_name);
    return request.code().empty() ? scan(Prefix(of, state))
                                  : scan(Prefix(of, state, key::Word(request.code())));
  };
  AFTERBELL_RETURN_IF_ERROR(school_id.empty()
                                ? list(kViolationsOfDistrict, request.district_id(), of_district)
                                : list(kViolationsOfSchool, school_id, of_school));
  return answer;
}

}  // namespace afterbell::inspection
