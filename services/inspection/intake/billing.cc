#include "services/inspection/intake/billing.h"

#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/inspection/domain/facts.h"
#include "services/platform/decider/service.h"

namespace afterbell::inspection {
namespace {

using billing::v1::BillingEvent;

void FoldEvent(const Recorded& foreign, const BillingEvent& event, MutableRows& rows) {
  const std::string& school_id = foreign.commit.school_id();
  switch (event.event_case()) {
    case BillingEvent::kFeeNoticePosted: {
      const std::string key = NoticeKey(school_id, event.fee_notice_posted().notice_id());
      auto row = rows.GetOrEmpty<state::NoticeRow>(key);
      *row.mutable_posted() = event.fee_notice_posted();
      *row.mutable_posted_in() = foreign.Id();
      return rows.Put(key, row);
    }
    case BillingEvent::kFeeNoticeWithdrawn: {
      const std::string key = NoticeKey(school_id, event.fee_notice_withdrawn().notice_id());
      auto row = rows.GetOrEmpty<state::NoticeRow>(key);
      *row.mutable_withdrawn_at() = event.fee_notice_withdrawn().withdrawn_at();
      return rows.Put(key, row);
    }
    case BillingEvent::kChargeAssessed:
      return rows.Put(ChargeKey(event.charge_assessed().charge_id()), event.charge_assessed());
    case BillingEvent::kChargeIssued:
      return rows.Put(MoneyKey(school_id, foreign.occurred_at(), "issue", event.charge_issued().charge_id()),
                      MoneyOf(foreign, event.charge_issued()));
    case BillingEvent::kPaymentReceived: {
      const auto& payment = event.payment_received();
      return rows.Put(MoneyKey(school_id, MicrosOf(payment.paid_at()), "payment", payment.payment_id()),
                      MoneyOf(foreign, payment));
    }
    default:
      return;
  }
}

}  // namespace

void FoldBilling(const Recorded& foreign, MutableRows& rows) {
  ForEachEventOf<BillingEvent>(foreign, [&](const BillingEvent& event) { FoldEvent(foreign, event, rows); });
}

}  // namespace afterbell::inspection
