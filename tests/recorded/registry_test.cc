#include "services/registry/registry.h"

#include "gtest/gtest.h"
#include "tests/recorded/term.h"

namespace afterbell {
namespace {

TEST(RecordedTerm, IsDecidedAlikeByRegistry) {
  recorded::ExpectTheTermAsRecorded(registry::RegistryService());
}

}  // namespace
}  // namespace afterbell
