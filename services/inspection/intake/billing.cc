#include "services/inspection/intake/billing.h"

#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/inspection/domain/facts.h"
#include "services/platform/decider/service.h"

namespace afterbell::inspection {
namespace {

using billing::v1::BillingEvent;

void FoldEvent(const Recorded& foreign, const BillingEvent& event, FactRows rows) {
  const std::string& school_id = foreign.commit.school_id();
  switch (event.event_case()) {
    case BillingEvent::kFeeNoticePosted: {
      const auto& posted = event.fee_notice_posted();
      auto row = rows.GetOrEmpty(kNotices, {school_id, posted.notice_id()});
      *row.mutable_posted() = posted;
      *row.mutable_posted_in() = foreign.Id();
      return rows.Put(kNotices, {school_id, posted.notice_id()}, std::move(row));
    }
    case BillingEvent::kFeeNoticeWithdrawn: {
      const auto& withdrawn = event.fee_notice_withdrawn();
      auto row = rows.GetOrEmpty(kNotices, {school_id, withdrawn.notice_id()});
      *row.mutable_withdrawn_at() = withdrawn.withdrawn_at();
      return rows.Put(kNotices, {school_id, withdrawn.notice_id()}, std::move(row));
    }
    case BillingEvent::kChargeAssessed:
      return rows.Put(kCharges, {school_id, event.charge_assessed().charge_id()}, event.charge_assessed());
    case BillingEvent::kChargeIssued:
      return rows.Put(kMoney,
                      {school_id, key::Instant(foreign.occurred_at()), key::Word("issue"),
                       event.charge_issued().charge_id()},
                      MoneyOf(foreign, event.charge_issued()));
    case BillingEvent::kPaymentReceived: {
      const auto& payment = event.payment_received();
      return rows.Put(
          kMoney,
          {school_id, key::Instant(MicrosOf(payment.paid_at())), key::Word("payment"), payment.payment_id()},
          MoneyOf(foreign, payment));
    }
    default:
      return;
  }
}

}  // namespace

bool FoldsBilling(int event) {
  switch (event) {
    case BillingEvent::kFeeNoticePosted:
    case BillingEvent::kFeeNoticeWithdrawn:
    case BillingEvent::kChargeAssessed:
    case BillingEvent::kChargeIssued:
    case BillingEvent::kPaymentReceived:
      return true;
    default:
      return false;
  }
}

void FoldBilling(const Recorded& foreign, FactRows rows) {
  ForEachEventOf<BillingEvent>(foreign, [&](const BillingEvent& event) { FoldEvent(foreign, event, rows); });
}

}  // namespace afterbell::inspection
