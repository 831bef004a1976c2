// The tables of billing: its state, folded by domain/, and what it keeps of enrollment and attendance, folded
// by intake/ alone.
//
// A partition holds many schools. Ids are chosen by callers or derived from a pupil, who may be known at two
// of them. So every key begins with the school.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_TABLES_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_TABLES_H_

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::billing {

// ---- state

inline constexpr StateTable<state::Charge, key::Id, key::Id> kCharges{"s/charge", "school/charge", Point()};
inline constexpr StateTable<Mark, key::Id, key::Id, key::Id> kChargesOf{"s/charge_of", "school/pupil/charge",
                                                                        Ranged(2)};
inline constexpr StateTable<v1::PaymentReceived, key::Id, key::Id> kPayments{"s/payment", "school/payment",
                                                                             Point()};
// One payment of a school, channel and reference, however often told: its id is derived from those.
inline constexpr StateTable<Mark, key::Id, key::Id> kPaymentRefs{"s/payment_ref", "school/reference",
                                                                 Point()};
inline constexpr StateTable<v1::WaiverGranted, key::Id, key::Id, key::Id> kWaivers{
    "s/waiver", "school/pupil/waiver", Ranged(2)};
inline constexpr StateTable<state::Notice, key::Id, key::Id> kNotices{"s/notice", "school/notice", Ranged(1)};
// Rules ask for one entry alone. In the order they were recorded.
inline constexpr StateTable<state::FundEntry, key::Id, key::Word, key::Index, key::Id, key::Word, key::Word>
    kFundEntries{"s/fund_entry", "school/fund/record/subject/event/account", Point()};
inline constexpr StateTable<state::FundBalance, key::Id, key::Word, key::Word> kFundBalances{
    "s/fund", "school/fund/account", Ranged(2)};

// ---- facts

// The stays of a pupil.
inline constexpr FactTable<state::Enrollment, key::Id, key::Id, key::Id> kEnrollments{
    "f/enrollment/enrollment", "school/pupil/enrollment", Ranged(2)};
inline constexpr FactTable<enrollment::v1::SpecialStatusVerified, key::Id, key::Id, key::Id> kStatuses{
    "f/enrollment/status", "school/pupil/status", Point()};
// The latest revision.
inline constexpr FactTable<attendance::v1::ClassHoursCounted, key::Id, key::Id, key::Month> kClassHours{
    "f/attendance/class_hours", "school/pupil/month", Point()};

inline TableList DomainTables() {
  return {&kCharges,     &kChargesOf,    &kPayments,    &kPaymentRefs, &kWaivers,   &kNotices,
          &kFundEntries, &kFundBalances, &kEnrollments, &kStatuses,    &kClassHours};
}

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_TABLES_H_
