#include "services/billing/domain/notice.h"

#include "services/billing/domain/billing_kit.h"

namespace afterbell::billing {
namespace {

BillingCommand PostNotice(const std::string& more =
                              "amounts { fee_kind: 'service_fee' model: 'per_month' "
                              "amount_fen: 8000 }") {
  return kit::Parse<BillingCommand>(
      "post_fee_notice { notice_id: 'n1' basis: 'No. 12' board: 'gate' posted_at { " +
      Stamp("2026-08-28", "09:00") + " } " + more + " }");
}

BillingCommand WithdrawNotice(const std::string& date, const std::string& id = "n1") {
  return kit::Parse<BillingCommand>("withdraw_fee_notice { notice_id: '" + id + "' withdrawn_at { " +
                                    Stamp(date, "09:00") + " } }");
}

// BIL-13: what hangs on the board is recorded as it is.
TEST(PostFeeNotice, RecordsWhatTheBoardSays) {
  BillingKit kit;
  kit.AsAccountant().Commons("fee_standard_announced { fee_standard_id: 'fs1' fee_kind: 'service_fee' }");
  kit.When(PostNotice("fee_standard_ids: 'fs1' complaint_number: '12358' evidence_hash: 'h' "
                      "amounts { fee_kind: 'service_fee' model: 'per_month' amount_fen: 9999 }"))
      .Then(kit::Parse<BillingEvent>(
          "fee_notice_posted { notice_id: 'n1' fee_standard_ids: 'fs1' amounts { fee_kind: 'service_fee' "
          "model: 'per_month' amount_fen: 9999 } basis: 'No. 12' complaint_number: '12358' board: 'gate' "
          "posted_at { " +
          Stamp("2026-08-28", "09:00") + " } evidence_hash: 'h' }"));
}

TEST(PostFeeNotice, RefusesAnotherTextUnderTheSameId) {
  BillingKit kit;
  kit.Posted();
  const Refused refused = kit.When(PostNotice()).ThenRefused("BIL-13", "WRONG_STATE");
  EXPECT_EQ(refused.met, "posted");
  kit.WithdrawnNotice("2026-09-02");
  EXPECT_EQ(kit.When(PostNotice()).ThenRefused("BIL-13", "WRONG_STATE").met, "withdrawn");
}

TEST(PostFeeNotice, AsksForAmountsAndForStandardsThatAreKnown) {
  BillingKit kit;
  kit.When(PostNotice("")).ThenInvalid("amounts");
  kit.When(PostNotice("amounts { fee_kind: 'a/b' }")).ThenInvalid("amounts.fee_kind");
  kit.When(PostNotice("amounts { fee_kind: 'service_fee' amount_fen: -1 }"))
      .ThenInvalid("amounts.amount_fen");
  kit.When(PostNotice("fee_standard_ids: 'fs9' amounts { fee_kind: 'service_fee' }")).ThenNotFound();
}

TEST(WithdrawFeeNotice, TakesItDownOnce) {
  BillingKit kit;
  kit.Posted();
  kit.When(WithdrawNotice("2026-09-02"))
      .Then(kit::Parse<BillingEvent>("fee_notice_withdrawn { notice_id: 'n1' withdrawn_at { " +
                                     Stamp("2026-09-02", "09:00") + " } }"));
  kit.When(WithdrawNotice("2026-09-03")).ThenNothing();
}

TEST(WithdrawFeeNotice, AsksForANoticeThatIsKnownAndALaterMoment) {
  BillingKit kit;
  kit.Posted();
  kit.When(WithdrawNotice("2026-09-02", "n9")).ThenNotFound();
  kit.When(WithdrawNotice("2026-08-27")).ThenInvalid("withdrawn_at");
}

TEST(Board, StandsFromTheMomentItIsPostedToTheMomentItIsTakenDown) {
  BillingKit kit;
  kit.Posted("2026-08-28").WithdrawnNotice("2026-09-02");
  const auto posted = [&](std::string_view date, std::string_view time) {
    return BoardOf(kit.rows(), "s1", kServiceFee, InstantOf(date, time), FeeTerms()).posted;
  };
  EXPECT_FALSE(posted("2026-08-28", "08:59"));
  EXPECT_TRUE(posted("2026-08-28", "09:00"));
  EXPECT_TRUE(posted("2026-09-02", "08:59"));
  EXPECT_FALSE(posted("2026-09-02", "09:00"));
  EXPECT_FALSE(BoardOf(kit.rows(), "s2", kServiceFee, InstantOf("2026-09-01", "09:00"), FeeTerms()).posted);
  EXPECT_FALSE(BoardOf(kit.rows(), "s1", "lunch", InstantOf("2026-09-01", "09:00"), FeeTerms()).posted);
}

TEST(Board, MatchesWhenOneOfSeveralNoticesDoes) {
  BillingKit kit;
  kit.Posted("2026-08-28", "model: 'per_month' amount_fen: 9000", "n1");
  kit.Posted("2026-08-29", "model: 'per_class_hour' amount_fen: 300 cap_fen: 17000", "n2");
  const auto at = InstantOf("2026-09-01", "09:00");
  const Board board =
      BoardOf(kit.rows(), "s1", kServiceFee, at, FeeTerms{"per_class_hour", 300, 17000, "month"});
  EXPECT_TRUE(board.matches);
  EXPECT_EQ(board.notice_id, "n2");
  EXPECT_FALSE(BoardOf(kit.rows(), "s1", kServiceFee, at, FeeTerms{"per_class_hour", 300, 0, ""}).matches);
}

}  // namespace
}  // namespace afterbell::billing
