#include "services/staffing/staffing.h"

#include "gtest/gtest.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByStaffing) {
  recorded::ExpectTheTermAsRecorded(staffing::StaffingService());
}

}  // namespace
}  // namespace afterbell
