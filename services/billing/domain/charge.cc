#include "services/billing/domain/charge.h"

#include <set>

#include "services/billing/domain/facts.h"
#include "services/billing/domain/gate.h"
#include "services/billing/domain/notice.h"
#include "services/billing/domain/tables.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

using v1::BillingEvent;
using v1::ChargeAssessed;

// Where a charge's terms are asked for: the pupil's place in its period.
policy::Place PlaceOfCharge(const Situation& s, const ChargeAssessed& assessed, const Days& days) {
  const std::string& school_id = s.context.school_id;
  if (const auto stay = LastStayIn(s.rows, school_id, assessed.pupil_id(), assessed.term_id(), days)) {
    return reference::PlaceOf(s.rows, school_id, stay->stay->enrolled().stage(),
                              stay->stay->enrolled().grade());
  }
  return PlaceOfPupil(s.rows, school_id, assessed.pupil_id());
}

BillingEvent IssuedOf(const state::Charge& charge, const std::string& due_on, const std::string& notice_id) {
  BillingEvent event;
  v1::ChargeIssued& issued = *event.mutable_charge_issued();
  issued.set_charge_id(charge.assessed().charge_id());
  issued.set_account_id(charge.assessed().account_id());
  issued.set_pupil_id(charge.assessed().pupil_id());
  issued.set_due_on(due_on);
  issued.set_notice_id(notice_id);
  issued.set_net_fen(charge.assessed().net_fen());
  return event;
}

// One charge of a batch, which is issued whole or not at all.
Decision<BillingEvent> DecideIssueOne(const Situation& s, const state::Charge& charge,
                                      const std::string& due_on) {
  const ChargeAssessed& assessed = charge.assessed();
  const std::string& id = assessed.charge_id();
  if (charge.has_issued()) {
    if (charge.issued().due_on() == due_on) return {};
    return Refused{"BIL-13", "WRONG_STATE", id, kAssessed, StateOf(charge)};
  }
  const auto days = DaysOfPeriod(s.rows, assessed.period());
  if (!days) return Unknown("term", assessed.period());
  const policy::Place place = PlaceOfCharge(s, assessed, *days);
  Lookup lookup(s.policy, place, days->first_on);
  AFTERBELL_ASSIGN_OR_RETURN(const FeeTerms terms, FeeTermsOf(lookup));
  if (const auto refused = FreeGate(terms, id)) return *refused;
  const std::string today = Today(s.context);
  const Board board = BoardOf(s.rows, s.context.school_id, assessed.fee_kind(), s.context.recorded_at, terms);
  if (const auto refused = PostedGate(s.policy, place, today, board, id)) return *refused;
  if (const auto refused = MatchingGate(s.policy, place, today, board, terms, id)) return *refused;
  if (const auto refused = TermGate(s.rows, assessed.term_id(), today, id)) return *refused;
  if (const auto refused = CollectorGate(s.policy, place, today, s.context.role, id)) return *refused;
  return std::vector<BillingEvent>{IssuedOf(charge, due_on, board.matches ? board.notice_id : "")};
}

// A charge there is not. Where nothing is charged that is no mistake of writing: somebody means to
// collect all the same, and that is refused and recorded (BIL-01).
Decision<BillingEvent> DecideIssueUnknown(const Situation& s, const std::string& id) {
  Lookup lookup(s.policy, reference::PlaceOf(s.rows, s.context.school_id), Today(s.context));
  FeeTerms terms;
  const auto model = ModelOf(lookup);
  if (!model.ok()) return Unknown("charge", id);
  terms.model = *model;
  if (const auto refused = FreeGate(terms, id)) return *refused;
  return Unknown("charge", id);
}

}  // namespace

std::string AccountId(std::string_view pupil_id, std::string_view school_id) {
  return DerivedId("account", {pupil_id, school_id});
}
std::string ChargeId(std::string_view pupil_id, std::string_view fee_kind, std::string_view period) {
  return DerivedId("charge", {pupil_id, fee_kind, period});
}

std::string SchoolOf(const Recorded& own, const ChargeAssessed& event) {
  return event.school_id().empty() ? own.commit.school_id() : event.school_id();
}

int64_t PaidFen(const state::Charge& charge) {
  int64_t paid = 0;
  for (const state::Met& met : charge.met()) paid += met.amount_fen();
  return paid;
}

int64_t OpenFen(const state::Charge& charge) {
  return charge.has_issued() ? charge.issued().net_fen() - PaidFen(charge) : 0;
}

std::string StateOf(const state::Charge& charge) {
  if (!charge.has_issued()) return kAssessed;
  return OpenFen(charge) > 0 ? kDue : kPaid;
}

std::vector<RowPtr<state::Charge>> ChargesOf(const Rows& rows, std::string_view school_id,
                                             std::string_view pupil_id) {
  std::vector<RowPtr<state::Charge>> charges;
  rows.Scan(kChargesOf, Prefix(school_id, pupil_id), [&](const auto& key) {
    const auto& [school, pupil, charge_id] = key;
    if (auto charge = rows.Get(kCharges, {school, charge_id})) charges.push_back(std::move(charge));
  });
  return charges;
}

void EvolveChargeAssessed(const Recorded& own, const ChargeAssessed& event, StateRows rows) {
  const std::string school_id = SchoolOf(own, event);
  auto charge = rows.GetOrEmpty(kCharges, {school_id, event.charge_id()});
  *charge.mutable_assessed() = event;
  rows.Put(kCharges, {school_id, event.charge_id()}, std::move(charge));
  rows.Put(kChargesOf, {school_id, event.pupil_id(), event.charge_id()});
}

void EvolveChargeIssued(const Recorded& own, const v1::ChargeIssued& event, StateRows rows) {
  const auto charge = rows.Get(kCharges, {own.commit.school_id(), event.charge_id()});
  if (!charge) return;
  state::Charge issued = *charge;
  *issued.mutable_issued() = event;
  rows.Put(kCharges, {own.commit.school_id(), event.charge_id()}, std::move(issued));
}

Decision<BillingEvent> DecideIssueCharge(const Situation& s, const v1::IssueCharge& command) {
  if (command.charge_ids().empty()) return InvalidField("charge_ids", "", "at least one charge");
  std::vector<BillingEvent> events;
  std::set<std::string> seen;
  for (const std::string& id : command.charge_ids()) {
    if (!seen.insert(id).second) continue;
    const auto charge = s.rows.Get(kCharges, {s.context.school_id, id});
    if (!charge) return DecideIssueUnknown(s, id);
    Decision<BillingEvent> one = DecideIssueOne(s, *charge, command.due_on());
    if (!one.ok()) return one;
    for (BillingEvent& event : one.events) events.push_back(std::move(event));
  }
  return events;
}

}  // namespace afterbell::billing
