// What inspection remembers of other services, by key: intake/ writes these rows, rules read them.
//
//   f/registry/post/<school>/<person>/<post id>             registry.v1.PostAssigned
//   f/billing/notice/<school>/<notice id>                   NoticeRow
//   f/billing/charge/<charge id>                            billing.v1.ChargeAssessed
//   f/billing/money/<school>/<moment>/<kind>/<id>           MoneyRow
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_FACTS_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_FACTS_H_

#include <optional>
#include <string>
#include <string_view>

#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/inspection/domain/inspection_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

std::string PostKey(std::string_view school_id, std::string_view person_id, std::string_view post_id);
std::string NoticeKey(std::string_view school_id, std::string_view notice_id);
std::string ChargeKey(std::string_view charge_id);
std::string MoneyKey(std::string_view school_id, Micros at, std::string_view kind, std::string_view id);

// A charge made payable, or money taken: what the notice must have come before.
state::MoneyRow MoneyOf(const Recorded& recorded, const billing::v1::ChargeIssued& issued);
state::MoneyRow MoneyOf(const Recorded& recorded, const billing::v1::PaymentReceived& payment);

// A post a person holds at the school on a date.
std::optional<registry::v1::PostAssigned> PostHeld(const Rows& rows, std::string_view school_id,
                                                   std::string_view person_id, std::string_view date);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_FACTS_H_
