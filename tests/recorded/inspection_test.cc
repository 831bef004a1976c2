#include "services/inspection/inspection.h"

#include "gtest/gtest.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByInspection) {
  recorded::ExpectTheTermAsRecorded(inspection::InspectionService());
}

}  // namespace
}  // namespace afterbell
