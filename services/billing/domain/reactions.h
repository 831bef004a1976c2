// Others' records and deadlines become commands.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_REACTIONS_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_REACTIONS_H_

#include <string_view>
#include <vector>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

// Whether ReactTo may answer to such an event: the number of its field in <Service>Event.
bool Hears(std::string_view service, int event);

// enrollment PupilEnrolled: the charge of a term. SpecialStatusVerified: the waiver.
// attendance ClassHoursCounted of a pupil: the charge of that month.
std::vector<v1::BillingCommand> ReactTo(const Situation& s, const Recorded& cause);

// month_end: the charge of that month.
std::vector<v1::BillingCommand> ReachDeadline(const Situation& s, std::string_view name,
                                              std::string_view entity);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_REACTIONS_H_
