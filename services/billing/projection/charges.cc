#include "services/billing/projection/charges.h"

#include <algorithm>
#include <tuple>

#include "services/billing/domain/charge.h"
#include "services/billing/domain/event_name.h"
#include "services/billing/domain/tables.h"
#include "services/billing/projection/lines.h"
#include "services/billing/projection/payments.h"
#include "services/billing/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::billing {
namespace {

using v1::BillingEvent;

decltype(kChargesToIssue)::Key ToIssueKey(const std::string& school_id, const v1::ChargeAssessed& charge) {
  return {school_id, charge.period(), charge.pupil_id(), charge.charge_id()};
}

void Note(const Recorded& own, const BillingEvent& event, const std::string& school_id,
          const std::string& charge_id, const std::string& subject_id, ViewRows rows) {
  state::ChargeRecord record;
  *record.mutable_record() = own.Id();
  record.set_event(EventName(event));
  record.set_subject_id(subject_id);
  *record.mutable_actor() = own.commit.actor();
  *record.mutable_recorded_at() = own.commit.recorded_at();
  const std::string name = EventName(event);
  rows.Put(kChargeRecords,
           {school_id, charge_id, key::Index(own.commit.index()), key::Word(name), subject_id},
           std::move(record));
}

bool IsOfTerm(const std::string& asked, const std::string& term_id) {
  return asked.empty() || asked == term_id;
}

}  // namespace

void ProjectCharges(const Recorded& own, const BillingEvent& event, ViewRows rows) {
  if (event.has_charge_assessed()) {
    const v1::ChargeAssessed& charge = event.charge_assessed();
    const std::string school_id = SchoolOf(own, charge);
    rows.Put(kChargesByPeriod, {school_id, charge.pupil_id(), charge.period(), charge.charge_id()});
    const auto row = rows.Get(kCharges, {school_id, charge.charge_id()});
    const bool waits = charge.net_fen() > 0 && !(row && row->has_issued());
    if (waits) rows.Put(kChargesToIssue, ToIssueKey(school_id, charge));
    Note(own, event, school_id, charge.charge_id(), charge.charge_id(), rows);
  } else if (event.has_charge_issued()) {
    const std::string& school_id = own.commit.school_id();
    const std::string& id = event.charge_issued().charge_id();
    if (const auto charge = rows.Get(kCharges, {school_id, id}))
      rows.Erase(kChargesToIssue, ToIssueKey(school_id, charge->assessed()));
    Note(own, event, school_id, id, id, rows);
  } else if (event.has_payment_received()) {
    for (const v1::Allocation& allocation : event.payment_received().allocations()) {
      if (allocation.charge_id().empty()) continue;
      Note(own, event, own.commit.school_id(), allocation.charge_id(), event.payment_received().payment_id(),
           rows);
    }
  }
}

absl::StatusOr<v1::GetPupilStatementAnswer> GetPupilStatement(const QueryRows& rows,
                                                              const v1::GetPupilStatementRequest& request) {
  const std::string& school_id = request.header().school_id();
  v1::GetPupilStatementAnswer answer;
  answer.set_account_id(AccountId(request.pupil_id(), school_id));
  auto charges = ChargesOf(rows, school_id, request.pupil_id());
  std::sort(charges.begin(), charges.end(), [](const auto& a, const auto& b) {
    return std::tie(a->assessed().period(), a->assessed().charge_id()) <
           std::tie(b->assessed().period(), b->assessed().charge_id());
  });
  for (const auto& charge : charges) {
    if (!IsOfTerm(request.term_id(), charge->assessed().term_id())) continue;
    answer.set_assessed_fen(answer.assessed_fen() + charge->assessed().net_fen());
    answer.set_due_fen(answer.due_fen() + OpenFen(*charge));
    answer.set_paid_fen(answer.paid_fen() + PaidFen(*charge));
    *answer.add_charges() = LineOf(*charge);
  }
  ForEachPaymentOf(rows, school_id, request.pupil_id(), [&](const state::Payment& payment) {
    if (!IsOfTerm(request.term_id(), payment.received().term_id())) return;
    v1::PaymentLine& line = *answer.add_payments();
    line = LineOf(payment);
    answer.set_unallocated_fen(answer.unallocated_fen() + line.unallocated_fen());
  });
  return answer;
}

absl::StatusOr<v1::ListPupilChargesAnswer> ListPupilCharges(const QueryRows& rows,
                                                            const v1::ListPupilChargesRequest& request) {
  v1::ListPupilChargesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kChargesByPeriod, Prefix(request.header().school_id(), request.pupil_id()), request,
               request.header(), answer.mutable_page(), [&](const auto& key) {
                 const auto& [school, pupil, period, charge_id] = key;
                 const auto charge = rows.Get(kCharges, {school, charge_id});
                 if (!charge || !IsOfTerm(request.term_id(), charge->assessed().term_id())) return false;
                 *answer.add_charges() = LineOf(*charge);
                 return true;
               }));
  return answer;
}

absl::StatusOr<v1::ExplainChargeAnswer> ExplainCharge(const QueryRows& rows,
                                                      const v1::ExplainChargeRequest& request) {
  const std::string& school_id = request.header().school_id();
  const auto charge = rows.Get(kCharges, {school_id, request.charge_id()});
  if (!charge) return Unknown("charge", request.charge_id());
  const v1::ChargeAssessed& assessed = charge->assessed();
  v1::ExplainChargeAnswer answer;
  *answer.mutable_charge() = LineOf(*charge);
  answer.set_enrollment_id(assessed.enrollment_id());
  answer.set_count_id(assessed.count_id());
  *answer.mutable_used() = assessed.used();
  answer.set_notice_id(charge->issued().notice_id());
  for (const std::string& id : assessed.waiver_ids()) {
    const auto waiver = rows.Get(kWaivers, {school_id, assessed.pupil_id(), id});
    if (!waiver) continue;
    v1::WaiverLine& line = *answer.add_waivers();
    line.set_waiver_id(id);
    line.set_category(waiver->category());
    line.set_from_on(waiver->from_on());
    line.set_to_on(waiver->to_on());
    line.set_status_id(waiver->status_id());
  }
  rows.Scan(kChargeRecords, Prefix(school_id, request.charge_id()), [&](const state::ChargeRecord& record) {
    v1::ChargeRecordLine& line = *answer.add_records();
    *line.mutable_record() = record.record();
    line.set_event(record.event());
    line.set_subject_id(record.subject_id());
    line.set_role(record.actor().role());
    line.set_person_id(record.actor().person_id());
    *line.mutable_recorded_at() = record.recorded_at();
  });
  return answer;
}

absl::StatusOr<v1::ListChargesToIssueAnswer> ListChargesToIssue(
    const QueryRows& rows, const v1::ListChargesToIssueRequest& request) {
  v1::ListChargesToIssueAnswer answer;
  const std::string& school_id = request.header().school_id();
  const auto list = [&](const auto& prefix) {
    return ScanPage(rows, kChargesToIssue, prefix, request, request.header(), answer.mutable_page(),
                    [&](const auto& key) {
                      const auto& [school, period, pupil, charge_id] = key;
                      const auto charge = rows.Get(kCharges, {school, charge_id});
                      if (!charge) return false;
                      *answer.add_charges() = LineOf(*charge);
                      return true;
                    });
  };
  AFTERBELL_RETURN_IF_ERROR(request.period().empty() ? list(Prefix(school_id))
                                                     : list(Prefix(school_id, request.period())));
  return answer;
}

}  // namespace afterbell::billing
