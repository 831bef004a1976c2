#include "gtest/gtest.h"
#include "services/enrollment/enrollment.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByEnrollment) { recorded::ExpectTheTermAsRecorded(enrollment::EnrollmentService()); }

}  // namespace
}  // namespace afterbell
