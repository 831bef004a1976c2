// The pure part: what is made of what instances say.
#include "tools/afterbell/cluster_view.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

using log::v1::PartitionStatus;

// One that has read and decided all.
PartitionStatus* Add(Instance* instance, uint32_t number, uint64_t claim, const std::string& owner) {
  PartitionStatus* status = instance->answer.add_partitions();
  status->set_service("registry");
  status->set_partition(number);
  status->set_claim_index(claim);
  status->set_owner_instance_id(owner);
  status->set_owner_address("at " + owner);
  status->set_end_offset(10);
  status->set_read_offset(10);
  status->set_quiet(true);
  return status;
}

Instance Named(const std::string& id) {
  Instance instance{"at " + id, {}};
  instance.answer.set_instance_id(id);
  return instance;
}

// Two that agree: a owns 0 and b owns 1.
std::vector<Instance> Two() {
  std::vector<Instance> two = {Named("a"), Named("b")};
  for (Instance& each : two) {
    Add(&each, 0, 2, "a");
    Add(&each, 1, 3, "b");
  }
  return two;
}

TEST(ClusterView, TheOwnerIsOfTheNewestClaimThatAnybodyKnowsOf) {
  std::vector<Instance> two = Two();
  EXPECT_EQ(OwnerOf(two, "registry", 0), "at a");
  EXPECT_EQ(OwnerOf(two, "registry", 1), "at b");
  two[1].answer.mutable_partitions(0)->set_claim_index(7);
  two[1].answer.mutable_partitions(0)->set_owner_address("at b");
  EXPECT_EQ(OwnerOf(two, "registry", 0), "at b");
  std::swap(two[0], two[1]);
  EXPECT_EQ(OwnerOf(two, "registry", 0), "at b");
  EXPECT_EQ(OwnerOf(two, "registry", 2), "");
  EXPECT_EQ(OwnerOf(two, "billing", 0), "");
}

TEST(ClusterView, TwoThatHaveReadAndDecidedAllAreQuiet) {
  std::string why = "before";
  EXPECT_TRUE(AreQuiet(Two(), &why));
  EXPECT_EQ(why, "");
  EXPECT_FALSE(AreQuiet({}, &why));
}

TEST(ClusterView, EachThingThatIsLeftToDoIsNamed) {
  const auto why_not = [](const std::function<void(std::vector<Instance>*)>& change) {
    std::vector<Instance> two = Two();
    change(&two);
    std::string why;
    EXPECT_FALSE(AreQuiet(two, &why));
    return why;
  };
  const auto of_b = [](std::vector<Instance>* two) { return (*two)[1].answer.mutable_partitions(1); };
  EXPECT_EQ(why_not([&](auto* two) { of_b(two)->set_halted("no room"); }), "registry/1 at at b: no room");
  EXPECT_EQ(why_not([&](auto* two) { of_b(two)->set_quiet(false); }),
            "registry/1 at at b: has something to do");
  EXPECT_EQ(why_not([&](auto* two) { of_b(two)->set_read_offset(9); }),
            "registry/1 at at b: has not read all");
  // The other one knows of a record more, so a has not read all.
  EXPECT_EQ(why_not([&](auto* two) { of_b(two)->set_end_offset(11); }),
            "registry/1 at at a: has not read all");
  // Somebody hears of a record that its own instances do not know of.
  EXPECT_EQ(why_not([&](auto* two) {
              log::v1::KnownEnd* heard = of_b(two)->add_hears();
              heard->set_service("registry");
              heard->set_end_offset(12);
            }),
            "registry/0 at at a: has not read all");
  // Or less than they do.
  EXPECT_EQ(why_not([&](auto* two) {
              log::v1::KnownEnd* heard = of_b(two)->add_hears();
              heard->set_service("registry");
              heard->set_end_offset(8);
            }),
            "registry/1 at at b: does not know of all it hears");
  EXPECT_EQ(why_not([&](auto* two) { two->pop_back(); }), "registry/1 at at a: nobody who answers owns it");
}

}  // namespace
}  // namespace afterbell
