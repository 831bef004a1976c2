// Fee notices: what stands on the board, since when and until when (BIL-13).
//
// Posting is testimony and is recorded whatever it says; it is matched with policy when money moves.
// Several notices may stand at once.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_NOTICE_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_NOTICE_H_

#include <optional>
#include <string>
#include <string_view>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/billing/domain/billing_state.pb.h"
#include "services/billing/domain/fee_terms.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {

void EvolveFeeNoticePosted(const Recorded& own, const v1::FeeNoticePosted& event, StateRows rows);
void EvolveFeeNoticeWithdrawn(const Recorded& own, const v1::FeeNoticeWithdrawn& event, StateRows rows);

Decision<v1::BillingEvent> DecidePostFeeNotice(const Situation& s, const v1::PostFeeNotice& command);
Decision<v1::BillingEvent> DecideWithdrawFeeNotice(const Situation& s, const v1::WithdrawFeeNotice& command);

// It hung on the board at that moment.
bool Stands(const state::Notice& notice, Micros at);

// What the board of a school says of a fee kind at a moment.
struct Board {
  std::string notice_id;  // One that stands; one that matches, where there is one.
  bool posted = false;
  bool matches = false;                   // One amount of it is exactly what policy asks for.
  std::optional<v1::NoticeAmount> other;  // Otherwise: what it says instead.
};
Board BoardOf(const Rows& rows, std::string_view school_id, std::string_view fee_kind, Micros at,
              const FeeTerms& terms);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_NOTICE_H_
