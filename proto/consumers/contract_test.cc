// The producer's events are as its consumers declare to read them. Built once for each producer
// (consumers.bzl), from its events alone: PRODUCER is its name, EVENTS_HEADER and EVENT are its generated
// events.
#include <filesystem>

#include EVENTS_HEADER
#include "gtest/gtest.h"
#include "proto/consumers/declared.h"

namespace afterbell::consumers {
namespace {

TEST(Contract, IsAsEachConsumerReadsIt) {
  const std::string folder = "proto/afterbell/" PRODUCER "/v1/consumers";
  if (!std::filesystem::exists(folder)) return;  // Nobody reads its events.
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string consumer = entry.path().stem();
    const auto declared = Declared::Load(PRODUCER, consumer);
    ASSERT_TRUE(declared.ok()) << entry.path() << ": " << declared.status();
    for (const std::string& complaint : declared->Complaints(EVENT::descriptor())) {
      ADD_FAILURE() << consumer << " reads events of " PRODUCER ": " << complaint << "\n"
                    << entry.path().string() << " says so. Leave the field as it is, or add one and let "
                    << consumer << " follow first (docs/compatibility.md).";
    }
  }
}

}  // namespace
}  // namespace afterbell::consumers
