// Topics applied to and checked against a real broker (tests/kafka/run.sh).
#include "services/platform/log/kafka/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>

namespace afterbell {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Topics : public testing::Test {
 protected:
  Topics() {
    options_.brokers = getenv("KAFKA") == nullptr ? "" : getenv("KAFKA");
    static int number = 0;
    name_ = "test-topics-" + std::to_string(++number);
  }

  std::vector<TopicPlan> Plan(int partitions, std::map<std::string, std::string> configs) const {
    return {{name_, partitions, 1, std::move(configs)}};
  }
  std::vector<std::string> Differences(const std::vector<TopicPlan>& plan) const {
    const auto differences = CheckTopics(options_, plan);
    EXPECT_TRUE(differences.ok()) << differences.status();
    std::vector<std::string> lines;
    for (const TopicDifference& difference : *differences) lines.push_back(ToString(difference));
    return lines;
  }

  KafkaLogOptions options_;
  std::string name_;
};

TEST_F(Topics, TheOnesOfTheCityCanBeAppliedAndAreThenAsTheyShouldBe) {
  auto topics = LoadTopics("infra/kafka/topics.textproto");
  ASSERT_TRUE(topics.ok()) << topics.status();
  topics->set_replication(1);
  topics->set_school_partitions(2);
  const auto plan = PlanTopics(*topics);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(*plan, SizeIs(14));
  EXPECT_THAT(Differences(*plan), SizeIs(14));
  const auto applied = ApplyTopics(options_, *plan);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_THAT(*applied, SizeIs(14));
  EXPECT_THAT(Differences(*plan), IsEmpty());
  EXPECT_THAT(*ApplyTopics(options_, *plan), IsEmpty());
}

// What a service asks at start, of topics with a prefix of the test's own.
class TopicsForAService : public Topics {
 protected:
  void Apply(const std::function<void(std::vector<TopicPlan>&)>& change = [](auto&) {}) {
    options_.topic_prefix = "test-" + name_;
    auto topics = BuiltInTopics();
    ASSERT_TRUE(topics.ok()) << topics.status();
    SetPrefix(options_.topic_prefix, &*topics);
    topics->set_replication(1);
    topics->set_school_partitions(2);
    auto plan = PlanTopics(*topics);
    ASSERT_TRUE(plan.ok()) << plan.status();
    change(*plan);
    const auto applied = ApplyTopics(options_, *plan);
    ASSERT_TRUE(applied.ok()) << applied.status();
  }
};

TEST_F(TopicsForAService, AreGoodAsTheyAreAppliedAndFewCopiesAreSaid) {
  Apply();
  const auto notes = CheckForService(options_, 2);
  ASSERT_TRUE(notes.ok()) << notes.status();
  EXPECT_THAT(*notes, ElementsAre(HasSubstr("1 copies, not 3")));
}

TEST_F(TopicsForAService, AreRefusedWhereALogWouldLoseRecords) {
  Apply([](std::vector<TopicPlan>& plan) { plan.front().configs["retention.ms"] = "86400000"; });
  const auto refused = CheckForService(options_, 2);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("retention.ms: wanted -1, found 86400000"));
}

TEST_F(TopicsForAService, AreRefusedWithAnotherNumberOfPartitionsThanTheLogSays) {
  Apply();
  EXPECT_EQ(CheckForService(options_, 3).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Topics, NeedTwoReplicasInSyncWhenThereAreThree) {
  const auto topics = LoadTopics("infra/kafka/topics.textproto");
  const auto plan = PlanTopics(*topics);
  EXPECT_EQ(plan->front().partitions, 17);
  EXPECT_EQ(plan->front().replication, 3);
  EXPECT_EQ(plan->front().configs.at("min.insync.replicas"), "2");
}

TEST_F(Topics, ADifferenceIsToldByTopicKeyWantedAndFound) {
  EXPECT_THAT(Differences(Plan(2, {})), ElementsAre(name_ + " topic: wanted present, found missing"));
  ASSERT_TRUE(ApplyTopics(options_, Plan(2, {{"retention.ms", "1000000"}})).ok());
  EXPECT_THAT(Differences(Plan(3, {{"retention.ms", "-1"}})),
              ElementsAre(name_ + " partitions: wanted 3, found 2",
                          name_ + " retention.ms: wanted -1, found 1000000"));
}

TEST_F(Topics, ASettingThatDiffersIsChangedAndTheOthersAreKept) {
  ASSERT_TRUE(
      ApplyTopics(options_, Plan(1, {{"retention.ms", "1000000"}, {"segment.bytes", "2000000"}})).ok());
  const auto applied = ApplyTopics(options_, Plan(1, {{"retention.ms", "-1"}}));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_THAT(*applied, ElementsAre("changed " + name_ + " retention.ms: wanted -1, found 1000000"));
  EXPECT_THAT(Differences(Plan(1, {{"retention.ms", "-1"}, {"segment.bytes", "2000000"}})), IsEmpty());
}

TEST_F(Topics, TheNumberOfPartitionsIsNeverChanged) {
  ASSERT_TRUE(ApplyTopics(options_, Plan(2, {})).ok());
  const auto applied = ApplyTopics(options_, Plan(3, {{"retention.ms", "-1"}}));
  EXPECT_EQ(applied.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Differences(Plan(2, {})), IsEmpty());
}

TEST_F(Topics, WhatTheBrokersRefuseIsSaid) {
  const auto applied = ApplyTopics(options_, Plan(1, {{"retention.ms", "for ever"}}));
  EXPECT_EQ(applied.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(applied.status().message()), HasSubstr("for ever"));
}

TEST_F(Topics, NobodyThereIsUnavailable) {
  options_.brokers = "127.0.0.1:1";
  options_.open_timeout = std::chrono::milliseconds(500);
  EXPECT_EQ(CheckTopics(options_, Plan(1, {})).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Topics, AFileThatIsWrongIsToldWithItsPlace) {
  const std::string path = testing::TempDir() + "/wrong.textproto";
  std::ofstream(path) << "replication: 1\nschool_partitons: 2\n";
  const auto topics = LoadTopics(path);
  EXPECT_EQ(topics.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(topics.status().message()), HasSubstr("wrong.textproto:2:"));
}

TEST_F(Topics, OneOfAKindNobodyDescribedIsRefused) {
  kafka::v1::Topics topics;
  topics.set_school_partitions(1);
  topics.set_replication(1);
  topics.add_topics()->set_name("x");
  topics.mutable_topics(0)->set_kind("truht");
  EXPECT_EQ(PlanTopics(topics).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace afterbell
