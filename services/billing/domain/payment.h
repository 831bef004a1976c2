// Payments: what came in, and which charges it met.
//
// A payment that names charges meets those, in that order; otherwise the oldest due first. What is
// left over stays with the payment, met with nothing. The gates ask whether money may be taken now; a
// payment told late keeps its own moment, so that what came too early can be found (H-09).
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_PAYMENT_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_PAYMENT_H_

#include <string>
#include <string_view>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

// What no charge was met with.
int64_t UnallocatedFen(const v1::PaymentReceived& payment);

void EvolvePaymentReceived(const Recorded& own, const v1::PaymentReceived& event, StateRows rows);

Decision<v1::BillingEvent> DecideRecordPayment(const Situation& s, const v1::RecordPayment& command);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_PAYMENT_H_
