#include "services/enrollment/enrollment.h"

#include "gtest/gtest.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByEnrollment) {
  recorded::ExpectTheTermAsRecorded(enrollment::EnrollmentService());
}

}  // namespace
}  // namespace afterbell
