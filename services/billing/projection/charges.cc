#include "services/billing/projection/charges.h"

#include <algorithm>
#include <tuple>

#include "services/billing/domain/charge.h"
#include "services/billing/domain/record_keys.h"
#include "services/billing/domain/waiver.h"
#include "services/billing/projection/lines.h"
#include "services/billing/projection/payments.h"
#include "services/platform/decider/paging.h"

namespace afterbell::billing {
namespace {

using v1::BillingEvent;

constexpr int kChargeOfPupilPart = 5;  // Of v/pupil_charges/<school>/<pupil>/<period>/<charge>
constexpr int kChargeToIssuePart = 5;  // and of v/to_issue/<school>/<period>/<pupil>/<charge>.

std::string ToIssueKey(const std::string& school_id, const v1::ChargeAssessed& charge) {
  return Key("v/to_issue", school_id, charge.period(), charge.pupil_id(), charge.charge_id());
}

void Note(const Recorded& own, const BillingEvent& event, const std::string& charge_id,
          const std::string& subject_id, MutableRows& rows) {
  state::ChargeRecord record;
  *record.mutable_record() = own.Id();
  record.set_event(EventName(event));
  record.set_subject_id(subject_id);
  *record.mutable_actor() = own.commit.actor();
  *record.mutable_recorded_at() = own.commit.recorded_at();
  rows.Put(Key("v/charge_record", charge_id, IndexText(own.commit.index()), record.event(), subject_id),
           record);
}

bool IsOfTerm(const std::string& asked, const std::string& term_id) {
  return asked.empty() || asked == term_id;
}

}  // namespace

void ProjectCharges(const Recorded& own, const BillingEvent& event, MutableRows& rows) {
  if (event.has_charge_assessed()) {
    const v1::ChargeAssessed& charge = event.charge_assessed();
    const std::string school_id = SchoolOf(own, charge);
    rows.PutBytes(Key("v/pupil_charges", school_id, charge.pupil_id(), charge.period(), charge.charge_id()),
                  "");
    const auto row = rows.Get<state::Charge>(ChargeKey(charge.charge_id()));
    const bool waits = charge.net_fen() > 0 && !(row && row->has_issued());
    if (waits) rows.PutBytes(ToIssueKey(school_id, charge), "");
    Note(own, event, charge.charge_id(), charge.charge_id(), rows);
  } else if (event.has_charge_issued()) {
    const std::string& id = event.charge_issued().charge_id();
    if (const auto charge = rows.Get<state::Charge>(ChargeKey(id))) {
      rows.Erase(ToIssueKey(charge->school_id(), charge->assessed()));
    }
    Note(own, event, id, id, rows);
  } else if (event.has_payment_received()) {
    for (const v1::Allocation& allocation : event.payment_received().allocations()) {
      if (allocation.charge_id().empty()) continue;
      Note(own, event, allocation.charge_id(), event.payment_received().payment_id(), rows);
    }
  }
}

absl::StatusOr<v1::GetPupilStatementAnswer> GetPupilStatement(const Rows& rows,
                                                              const v1::GetPupilStatementRequest& request) {
  const std::string& school_id = request.header().school_id();
  v1::GetPupilStatementAnswer answer;
  answer.set_account_id(AccountId(request.pupil_id(), school_id));
  std::vector<state::Charge> charges = ChargesOf(rows, school_id, request.pupil_id());
  std::sort(charges.begin(), charges.end(), [](const state::Charge& a, const state::Charge& b) {
    return std::tie(a.assessed().period(), a.assessed().charge_id()) <
           std::tie(b.assessed().period(), b.assessed().charge_id());
  });
  for (const state::Charge& charge : charges) {
    if (!IsOfTerm(request.term_id(), charge.assessed().term_id())) continue;
    answer.set_assessed_fen(answer.assessed_fen() + charge.assessed().net_fen());
    answer.set_due_fen(answer.due_fen() + OpenFen(charge));
    answer.set_paid_fen(answer.paid_fen() + PaidFen(charge));
    *answer.add_charges() = LineOf(charge);
  }
  for (const state::Payment& payment : PaymentsOf(rows, school_id, request.pupil_id())) {
    if (!IsOfTerm(request.term_id(), payment.received().term_id())) continue;
    *answer.add_payments() = LineOf(payment);
    answer.set_unallocated_fen(answer.unallocated_fen() +
                               answer.payments(answer.payments_size() - 1).unallocated_fen());
  }
  return answer;
}

absl::StatusOr<v1::ListPupilChargesAnswer> ListPupilCharges(const Rows& rows,
                                                            const v1::ListPupilChargesRequest& request) {
  v1::ListPupilChargesAnswer answer;
  const std::string prefix = Key("v/pupil_charges", request.header().school_id(), request.pupil_id(), "");
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
               [&](std::string_view key, std::string_view) {
                 const auto charge = rows.Get<state::Charge>(ChargeKey(KeyPart(key, kChargeOfPupilPart)));
                 if (!charge || !IsOfTerm(request.term_id(), charge->assessed().term_id())) return false;
                 *answer.add_charges() = LineOf(*charge);
                 return true;
               }));
  return answer;
}

absl::StatusOr<v1::ExplainChargeAnswer> ExplainCharge(const Rows& rows,
                                                      const v1::ExplainChargeRequest& request) {
  const auto charge = rows.Get<state::Charge>(ChargeKey(request.charge_id()));
  if (!charge || charge->school_id() != request.header().school_id()) {
    return Unknown("charge", request.charge_id());
  }
  const v1::ChargeAssessed& assessed = charge->assessed();
  v1::ExplainChargeAnswer answer;
  *answer.mutable_charge() = LineOf(*charge);
  answer.set_enrollment_id(assessed.enrollment_id());
  answer.set_count_id(assessed.count_id());
  *answer.mutable_used() = assessed.used();
  answer.set_notice_id(charge->issued().notice_id());
  for (const std::string& id : assessed.waiver_ids()) {
    const auto waiver = rows.Get<v1::WaiverGranted>(WaiverKey(assessed.pupil_id(), id));
    if (!waiver) continue;
    v1::WaiverLine& line = *answer.add_waivers();
    line.set_waiver_id(id);
    line.set_category(waiver->category());
    line.set_from_on(waiver->from_on());
    line.set_to_on(waiver->to_on());
    line.set_status_id(waiver->status_id());
  }
  rows.Scan<state::ChargeRecord>(Key("v/charge_record", request.charge_id(), ""),
                                 [&](std::string_view, const state::ChargeRecord& record) {
                                   v1::ChargeRecordLine& line = *answer.add_records();
                                   *line.mutable_record() = record.record();
                                   line.set_event(record.event());
                                   line.set_subject_id(record.subject_id());
                                   line.set_role(record.actor().role());
                                   line.set_person_id(record.actor().person_id());
                                   *line.mutable_recorded_at() = record.recorded_at();
                                   return true;
                                 });
  return answer;
}

absl::StatusOr<v1::ListChargesToIssueAnswer> ListChargesToIssue(
    const Rows& rows, const v1::ListChargesToIssueRequest& request) {
  v1::ListChargesToIssueAnswer answer;
  std::string prefix = Key("v/to_issue", request.header().school_id(), "");
  if (!request.period().empty()) prefix += request.period() + "/";
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
                                     [&](std::string_view key, std::string_view) {
                                       const auto charge = rows.Get<state::Charge>(
                                           ChargeKey(KeyPart(key, kChargeToIssuePart)));
                                       if (!charge) return false;
                                       *answer.add_charges() = LineOf(*charge);
                                       return true;
                                     }));
  return answer;
}

}  // namespace afterbell::billing
