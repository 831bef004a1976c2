// What inspection remembers of other services: intake/ writes these rows (tables.h), rules read them.
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_FACTS_H_

#include <string_view>

#include "services/inspection/domain/tables.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

// A charge made payable, or money taken: what the notice must have come before.
state::MoneyRow MoneyOf(const Recorded& recorded, const billing::v1::ChargeIssued& issued);
state::MoneyRow MoneyOf(const Recorded& recorded, const billing::v1::PaymentReceived& payment);

// A post a person holds at the school on a date.
RowPtr<registry::v1::PostAssigned> PostHeld(const Rows& rows, std::string_view school_id,
                                            std::string_view person_id, std::string_view date);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_FACTS_H_
