// What billing's tests have in common: two schools of one district in the autumn of 2026, and the
// commands, events and facts of others in their shortest form.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_BILLING_KIT_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_BILLING_KIT_H_

#include <string>
#include <vector>

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/billing/billing.h"
#include "services/billing/domain/charge.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/waiver.h"
#include "tests/kit/kit.h"

namespace afterbell::billing {

using v1::BillingCommand;
using v1::BillingEvent;

inline const BillingService& TheService() {
  static const BillingService* service = new BillingService();
  return *service;
}

inline std::string Stamp(std::string_view date, std::string_view time) {
  return "seconds: " + std::to_string(InstantOf(date, time) / kMicrosPerSecond);
}

class BillingKit : public kit::Kit<BillingCommand, BillingEvent> {
 public:
  BillingKit() : Kit(TheService(), "s1") {
    Commons("district_registered { district_id: 'd1' level: 'district' time_zone: 'Asia/Shanghai' }");
    Commons("school_registered { school_id: 's1' district_id: 'd1' stages: 'primary' }");
    Commons("school_registered { school_id: 's2' district_id: 'd1' stages: 'primary' }");
    Commons("term_opened { term_id: 't1' scope_id: 'd1' first_on: '2026-09-01' last_on: '2027-01-20' }");
    Commons("term_opened { term_id: 't2' scope_id: 'd1' first_on: '2027-02-22' last_on: '2027-07-02' }");
  }

  BillingKit& Commons(const std::string& text) {
    GivenCommons(kit::Parse<registry::v1::RegistryEvent>(text));
    return *this;
  }
  BillingKit& PerMonth(int fen = 8000) {
    GivenPolicy("fee_model", "choice: 'per_month'");
    GivenPolicy("fee_amount_yuan", "fen: " + std::to_string(fen));
    return *this;
  }
  // Wanzhou: 3.00 yuan a class-hour, at most 170 a month (BIL-02).
  BillingKit& PerClassHour() {
    GivenPolicy("fee_model", "choice: 'per_class_hour'");
    GivenPolicy("fee_amount_yuan", "fen: 300");
    GivenPolicy("fee_cap", "fen: 17000");
    GivenPolicy("fee_cap_period", "choice: 'month'");
    return *this;
  }
  // Another school of the same partition, alike: ids of enrollments, charges and waivers are the same there.
  BillingKit& There(const std::string& school) {
    AtSchool(school);
    return *this;
  }
  BillingKit& Enrolled(const std::string& pupil = "ana", const std::string& from_on = "2026-09-01",
                       const std::string& term = "t1") {
    GivenFrom("enrollment", EnrolledEvent(pupil, from_on, term));
    return *this;
  }
  BillingKit& Withdrawn(const std::string& effective_on, const std::string& pupil = "ana") {
    GivenFrom("enrollment", kit::Parse<enrollment::v1::EnrollmentEvent>(
                                "enrollment_withdrawn { enrollment_id: 'e-" + pupil + "-t1' pupil_id: '" +
                                pupil + "' term_id: 't1' effective_on: '" + effective_on + "' }"));
    return *this;
  }
  BillingKit& Waived(const std::string& category, const std::string& from_on = "2026-09-01",
                     const std::string& to_on = "") {
    BillingEvent event;
    auto& waiver = *event.mutable_waiver_granted();
    waiver.set_waiver_id(WaiverId("ana", category, from_on));
    waiver.set_pupil_id("ana");
    waiver.set_category(category);
    waiver.set_from_on(from_on);
    waiver.set_to_on(to_on);
    Given(event);
    return *this;
  }
  BillingKit& Counted(int class_hours, const std::string& month = "2026-09") {
    GivenFrom("attendance", CountedEvent(class_hours, month));
    return *this;
  }
  // Assessed, and nothing more of it than payments and issues ask for.
  BillingKit& Assessed(const std::string& period = "2026-09", int net_fen = 8000,
                       const std::string& term = "t1") {
    BillingEvent event;
    auto& charge = *event.mutable_charge_assessed();
    charge.set_charge_id(ChargeId("ana", kServiceFee, period));
    charge.set_account_id(AccountId("ana", context().school_id));
    charge.set_pupil_id("ana");
    charge.set_fee_kind(kServiceFee);
    charge.set_period(period);
    charge.set_term_id(term);
    charge.set_model("per_month");
    charge.set_units(1);
    charge.set_gross_fen(net_fen);
    charge.set_net_fen(net_fen);
    charge.set_school_id(context().school_id);
    Given(event);
    return *this;
  }
  BillingKit& Issued(const std::string& period = "2026-09", int net_fen = 8000,
                     const std::string& due_on = "2026-10-15", const std::string& term = "t1") {
    Assessed(period, net_fen, term);
    Given(IssuedEvent(period, net_fen, due_on));
    return *this;
  }
  static BillingEvent IssuedEvent(const std::string& period, int net_fen, const std::string& due_on,
                                  const std::string& notice_id = "") {
    BillingEvent event;
    auto& issued = *event.mutable_charge_issued();
    issued.set_charge_id(ChargeId("ana", kServiceFee, period));
    issued.set_account_id(AccountId("ana", "s1"));
    issued.set_pupil_id("ana");
    issued.set_due_on(due_on);
    issued.set_notice_id(notice_id);
    issued.set_net_fen(net_fen);
    return event;
  }
  BillingKit& Posted(const std::string& date = "2026-08-28",
                     const std::string& amount = "model: 'per_month' amount_fen: 8000",
                     const std::string& id = "n1") {
    Given(kit::Parse<BillingEvent>("fee_notice_posted { notice_id: '" + id +
                                   "' amounts { fee_kind: 'service_fee' " + amount +
                                   " } board: 'gate' posted_at { " + Stamp(date, "09:00") + " } }"));
    return *this;
  }
  BillingKit& WithdrawnNotice(const std::string& date, const std::string& id = "n1") {
    Given(kit::Parse<BillingEvent>("fee_notice_withdrawn { notice_id: '" + id + "' withdrawn_at { " +
                                   Stamp(date, "09:00") + " } }"));
    return *this;
  }
  BillingKit& AsAccountant() {
    As("school_accountant", "acc1");
    return *this;
  }

  static enrollment::v1::EnrollmentEvent EnrolledEvent(const std::string& pupil = "ana",
                                                       const std::string& from_on = "2026-09-01",
                                                       const std::string& term = "t1") {
    return kit::Parse<enrollment::v1::EnrollmentEvent>("pupil_enrolled { enrollment_id: 'e-" + pupil + "-" +
                                                       term + "' pupil_id: '" + pupil + "' term_id: '" +
                                                       term + "' product: BASIC_CARE from_on: '" + from_on +
                                                       "' grade: '3' stage: 'primary' }");
  }
  static attendance::v1::AttendanceEvent CountedEvent(int class_hours, const std::string& month = "2026-09",
                                                      int revision = 1) {
    return kit::Parse<attendance::v1::AttendanceEvent>("class_hours_counted { count_id: 'count-" + month +
                                                       "' subject: OF_PUPIL subject_id: 'ana' month: '" +
                                                       month + "' revision: " + std::to_string(revision) +
                                                       " class_hours: " + std::to_string(class_hours) + " }");
  }
  static BillingCommand Assess(const std::string& period, const std::string& pupil = "ana") {
    return kit::Parse<BillingCommand>("assess_charge { pupil_id: '" + pupil +
                                      "' fee_kind: 'service_fee' period: '" + period + "' term_id: 't1' }");
  }
  static BillingCommand Issue(const std::vector<std::string>& periods,
                              const std::string& due_on = "2026-10-15") {
    BillingCommand command;
    for (const std::string& period : periods) {
      command.mutable_issue_charge()->add_charge_ids(ChargeId("ana", kServiceFee, period));
    }
    command.mutable_issue_charge()->set_due_on(due_on);
    return command;
  }
  static BillingCommand Pay(int64_t amount_fen, const std::string& more = "",
                            const std::string& paid_on = "2026-10-10", const std::string& id = "pay1") {
    return kit::Parse<BillingCommand>("record_payment { payment_id: '" + id +
                                      "' pupil_id: 'ana' amount_fen: " + std::to_string(amount_fen) +
                                      " channel: 'bank' channel_ref: 'ref-" + id +
                                      "' into_account: 'school' term_id: 't1' paid_at { " +
                                      Stamp(paid_on, "10:00") + " } " + more + " }");
  }
};

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_BILLING_KIT_H_
