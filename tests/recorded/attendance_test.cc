#include "services/attendance/attendance.h"

#include "gtest/gtest.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByAttendance) {
  recorded::ExpectTheTermAsRecorded(attendance::AttendanceService());
}

}  // namespace
}  // namespace afterbell
