#include "services/billing/domain/notice.h"

#include "services/billing/domain/tables.h"
#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

using v1::BillingEvent;
using v1::FeeNoticePosted;

BillingEvent PostedOf(const v1::PostFeeNotice& command) {
  BillingEvent event;
  FeeNoticePosted& posted = *event.mutable_fee_notice_posted();
  posted.set_notice_id(command.notice_id());
  *posted.mutable_fee_standard_ids() = command.fee_standard_ids();
  *posted.mutable_amounts() = command.amounts();
  posted.set_basis(command.basis());
  posted.set_complaint_number(command.complaint_number());
  posted.set_board(command.board());
  *posted.mutable_posted_at() = command.posted_at();
  posted.set_evidence_hash(command.evidence_hash());
  return event;
}

bool Matches(const v1::NoticeAmount& amount, const FeeTerms& terms) {
  return amount.model() == terms.model && amount.amount_fen() == terms.amount_fen &&
         amount.cap_fen() == terms.cap_fen;
}

}  // namespace

void EvolveFeeNoticePosted(const Recorded& own, const FeeNoticePosted& event, StateRows rows) {
  auto notice = rows.GetOrEmpty(kNotices, {own.commit.school_id(), event.notice_id()});
  *notice.mutable_posted() = event;
  rows.Put(kNotices, {own.commit.school_id(), event.notice_id()}, std::move(notice));
}

void EvolveFeeNoticeWithdrawn(const Recorded& own, const v1::FeeNoticeWithdrawn& event, StateRows rows) {
  auto notice = rows.GetOrEmpty(kNotices, {own.commit.school_id(), event.notice_id()});
  *notice.mutable_withdrawn() = event;
  rows.Put(kNotices, {own.commit.school_id(), event.notice_id()}, std::move(notice));
}

Decision<BillingEvent> DecidePostFeeNotice(const Situation& s, const v1::PostFeeNotice& command) {
  const BillingEvent event = PostedOf(command);
  const auto notice = s.rows.Get(kNotices, {s.context.school_id, command.notice_id()});
  if (notice && notice->posted().SerializeAsString() == event.fee_notice_posted().SerializeAsString())
    return {};
  if (notice) {
    const std::string state = notice->has_withdrawn() ? "withdrawn" : "posted";
    return Refused{"BIL-13", "WRONG_STATE", command.notice_id(), "not posted", state};
  }
  if (command.amounts().empty()) return InvalidField("amounts", "", "at least one amount");
  for (const v1::NoticeAmount& amount : command.amounts()) {
    if (!IsId(amount.fee_kind())) return InvalidField("amounts.fee_kind", amount.fee_kind(), "a fee kind");
    if (amount.amount_fen() < 0 || amount.cap_fen() < 0) {
      return InvalidField("amounts.amount_fen", std::to_string(amount.amount_fen()), "0 or more");
    }
  }
  for (const std::string& id : command.fee_standard_ids()) {
    if (!s.rows.Has(reference::kFeeStandards, {id})) return Unknown("fee standard", id);
  }
  return std::vector<BillingEvent>{event};
}

Decision<BillingEvent> DecideWithdrawFeeNotice(const Situation& s, const v1::WithdrawFeeNotice& command) {
  const auto notice = s.rows.Get(kNotices, {s.context.school_id, command.notice_id()});
  if (!notice) return Unknown("fee notice", command.notice_id());
  if (notice->has_withdrawn()) return {};
  if (MicrosOf(command.withdrawn_at()) < MicrosOf(notice->posted().posted_at())) {
    return InvalidField("withdrawn_at", InstantText(MicrosOf(command.withdrawn_at())), "after it was posted");
  }
  BillingEvent event;
  event.mutable_fee_notice_withdrawn()->set_notice_id(command.notice_id());
  *event.mutable_fee_notice_withdrawn()->mutable_withdrawn_at() = command.withdrawn_at();
  return std::vector<BillingEvent>{event};
}

bool Stands(const state::Notice& notice, Micros at) {
  return MicrosOf(notice.posted().posted_at()) <= at &&
         (!notice.has_withdrawn() || at < MicrosOf(notice.withdrawn().withdrawn_at()));
}

Board BoardOf(const Rows& rows, std::string_view school_id, std::string_view fee_kind, Micros at,
              const FeeTerms& terms) {
  Board board;
  rows.Scan(kNotices, Prefix(school_id), [&](const state::Notice& notice) {
    if (!Stands(notice, at)) return true;
    for (const v1::NoticeAmount& amount : notice.posted().amounts()) {
      if (amount.fee_kind() != fee_kind) continue;
      board.matches = Matches(amount, terms);
      if (board.matches || !board.posted) board.notice_id = notice.posted().notice_id();
      board.posted = true;
      if (board.matches) return false;
      if (!board.other) board.other = amount;
    }
    return true;
  });
  return board;
}

}  // namespace afterbell::billing
