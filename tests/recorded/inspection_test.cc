#include "gtest/gtest.h"
#include "services/inspection/inspection.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByInspection) { recorded::ExpectTheTermAsRecorded(inspection::InspectionService()); }

}  // namespace
}  // namespace afterbell
