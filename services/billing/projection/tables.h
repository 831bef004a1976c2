// The views of billing.
#ifndef AFTERBELL_SERVICES_BILLING_PROJECTION_TABLES_H_
#define AFTERBELL_SERVICES_BILLING_PROJECTION_TABLES_H_

#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::billing {

// A period is a month or a term.
inline constexpr ViewTable<Mark, key::Id, key::Id, key::Id, key::Id> kChargesByPeriod{
    "v/pupil_charges", "school/pupil/period/charge", Ranged(2)};
// While assessed.
inline constexpr ViewTable<Mark, key::Id, key::Id, key::Id, key::Id> kChargesToIssue{
    "v/to_issue", "school/period/pupil/charge", Ranged(1)};
// What became of a charge. The subject is the charge, or the payment that met it.
inline constexpr ViewTable<state::ChargeRecord, key::Id, key::Id, key::Index, key::Word, key::Id>
    kChargeRecords{"v/charge_record", "school/charge/record/event/subject", Ranged(2)};
inline constexpr ViewTable<Mark, key::Id, key::Word, key::Instant, key::Id> kNoticesOf{
    "v/notices", "school/fee_kind/posted_at/notice", Ranged(1)};
inline constexpr ViewTable<state::Payment, key::Id, key::Instant, key::Id> kPaymentsAt{
    "v/payments", "school/paid_at/payment", Ranged(1)};
inline constexpr ViewTable<state::Payment, key::Id, key::Id, key::Instant, key::Id> kPaymentsOf{
    "v/pupil_payments", "school/pupil/paid_at/payment", Ranged(2)};

inline TableList ViewTables() {
  return {&kChargesByPeriod, &kChargesToIssue, &kChargeRecords, &kNoticesOf, &kPaymentsAt, &kPaymentsOf};
}

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_PROJECTION_TABLES_H_
