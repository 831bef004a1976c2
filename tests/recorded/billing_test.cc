#include "services/billing/billing.h"

#include "gtest/gtest.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByBilling) { recorded::ExpectTheTermAsRecorded(billing::BillingService()); }

}  // namespace
}  // namespace afterbell
