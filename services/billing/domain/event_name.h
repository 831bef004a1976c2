// Names of events, as rows and keys hold them: shared by the rules and the views.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_EVENT_NAME_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_EVENT_NAME_H_

#include <string>

#include "afterbell/billing/v1/billing_events.pb.h"

namespace afterbell::billing {

// The field of the event oneof that is set: "charge_assessed".
std::string EventName(const v1::BillingEvent& event);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_EVENT_NAME_H_
