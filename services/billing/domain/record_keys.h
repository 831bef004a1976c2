// Parts of keys that name records: shared by the rules and the views.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_RECORD_KEYS_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_RECORD_KEYS_H_

#include <cstdint>
#include <string>

#include "afterbell/billing/v1/billing_events.pb.h"

namespace afterbell::billing {

// An index that sorts as text: 20 digits.
std::string IndexText(uint64_t index);

// The field of the event oneof that is set: "charge_assessed".
std::string EventName(const v1::BillingEvent& event);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_RECORD_KEYS_H_
