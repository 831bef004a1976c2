#include "services/billing/domain/amount.h"

#include "gtest/gtest.h"

namespace afterbell::billing {
namespace {

// BIL-10 as rules.tsv puts it: 56 class-hours at 300 fen are 16800, 57 are 17000.
TEST(Amounts, AreCappedOnlyFromTheClassHourThatPassesTheCap) {
  const Amounts below = AmountsOf(56, 300, 17000, {});
  EXPECT_EQ(below.gross_fen, 16800);
  EXPECT_EQ(below.cap_removed_fen, 0);
  EXPECT_EQ(below.net_fen, 16800);
  const Amounts above = AmountsOf(57, 300, 17000, {});
  EXPECT_EQ(above.gross_fen, 17100);
  EXPECT_EQ(above.cap_removed_fen, 100);
  EXPECT_EQ(above.net_fen, 17000);
}

// D-11: gross, cap, waiver.
TEST(Amounts, AreWaivedAfterTheCap) {
  const Amounts amounts = AmountsOf(60, 300, 17000, {50});
  EXPECT_EQ(amounts.gross_fen, 18000);
  EXPECT_EQ(amounts.cap_removed_fen, 1000);
  EXPECT_EQ(amounts.waiver_fen, 8500);
  EXPECT_EQ(amounts.net_fen, 8500);
}

TEST(Amounts, AreRoundedHalfUpToTheFen) {
  EXPECT_EQ(AmountsOf(1, 301, {}, {50}).net_fen, 151);  // 150.5
  EXPECT_EQ(AmountsOf(1, 333, {}, {33}).net_fen, 223);  // 223.11
  EXPECT_EQ(AmountsOf(1, 1, {}, {51}).net_fen, 0);      // 0.49
  EXPECT_EQ(AmountsOf(1, 1, {}, {50}).net_fen, 1);      // 0.5
}

TEST(Amounts, OfSeveralWaiversAreRoundedOnceAtTheEnd) {
  EXPECT_EQ(AmountsOf(1, 8001, {}, {50, 20}).net_fen, 3200);  // 3200.4
  EXPECT_EQ(AmountsOf(1, 99999999, {}, {1, 1, 1, 1, 1, 1, 1, 1, 1}).net_fen, 91351724);
}

TEST(Amounts, AreNeverNegative) {
  EXPECT_EQ(AmountsOf(57, 300, 0, {100}).net_fen, 0);
  EXPECT_EQ(AmountsOf(0, 300, 17000, {50}).net_fen, 0);
  EXPECT_EQ(AmountsOf(1, 8000, {}, {100}).waiver_fen, 8000);
}

}  // namespace
}  // namespace afterbell::billing
