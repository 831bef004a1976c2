// Charges: what a pupil owes for a period, computed by rule and then asked for by a person.
//
// Assessing is the service's own doing, once for a pupil, fee kind and period; a later correction is a
// signed difference beside it, never another amount in its place. Issuing makes it payable.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_CHARGE_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_CHARGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/billing/domain/billing_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

std::string AccountId(std::string_view pupil_id, std::string_view school_id);
std::string ChargeId(std::string_view pupil_id, std::string_view fee_kind, std::string_view period);

// The school of a charge that was just assessed: a Commit that follows a deadline names none.
std::string SchoolOf(const Recorded& own, const v1::ChargeAssessed& event);

inline constexpr char kAssessed[] = "assessed";
inline constexpr char kDue[] = "due";
inline constexpr char kPaid[] = "paid";
std::string StateOf(const state::Charge& charge);
int64_t PaidFen(const state::Charge& charge);
int64_t OpenFen(const state::Charge& charge);  // What is left to pay; 0 before it is issued.

// All of a pupil at a school, in order of id.
std::vector<RowPtr<state::Charge>> ChargesOf(const Rows& rows, std::string_view school_id,
                                             std::string_view pupil_id);

void EvolveChargeAssessed(const Recorded& own, const v1::ChargeAssessed& event, StateRows rows);
void EvolveChargeIssued(const Recorded& own, const v1::ChargeIssued& event, StateRows rows);

Decision<v1::BillingEvent> DecideAssessCharge(const Situation& s, const v1::AssessCharge& command);
Decision<v1::BillingEvent> DecideIssueCharge(const Situation& s, const v1::IssueCharge& command);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_CHARGE_H_
