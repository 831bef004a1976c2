#include "services/platform/log/parse.h"

#include <string>
#include <vector>

#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

using log::v1::Record;

std::vector<Record> Kinds() {
  std::vector<Record> kinds(7);
  kinds[0].mutable_genesis()->set_log_id("log");
  log::v1::Commit* const full = kinds[1].mutable_commit();
  full->set_index(7);
  full->set_command("a long command that needs memory of its own");
  full->add_events("one");
  full->add_events("another");
  full->mutable_refusal()->set_rule("ATT-02");
  full->mutable_cause()->set_index(3);
  full->mutable_actor()->set_role("principal");
  kinds[2].mutable_claim()->set_instance_id("here");
  kinds[3].mutable_commit()->set_index(8);
  kinds[4].mutable_commit()->mutable_time_reached()->set_deadline("count");
  kinds[4].mutable_commit()->set_index(9);
  kinds[4].GetReflection()->MutableUnknownFields(&kinds[4])->AddVarint(500, 1);
  // A body that this build does not know, and none at all.
  kinds[5].GetReflection()->MutableUnknownFields(&kinds[5])->AddLengthDelimited(501, "later");
  return kinds;
}

TEST(ParseAgain, ReadsEachRecordAsIfItWereTheFirst) {
  const std::vector<Record> kinds = Kinds();
  for (const Record& before : kinds) {
    for (const Record& after : kinds) {
      Record record;
      ASSERT_TRUE(ParseAgain(before.SerializeAsString(), &record));
      ASSERT_TRUE(ParseAgain(after.SerializeAsString(), &record));
      EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(record, after))
          << before.ShortDebugString() << " then " << after.ShortDebugString() << " gave "
          << record.ShortDebugString();
      EXPECT_EQ(record.body_case(), after.body_case());
    }
  }
}

TEST(ParseAgain, SaysWhatIsNoRecordAndGoesOn) {
  Record record;
  const std::string bytes = Kinds()[1].SerializeAsString();
  EXPECT_FALSE(ParseAgain(bytes.substr(0, bytes.size() - 1), &record));
  EXPECT_FALSE(ParseAgain("\xff\xff", &record));
  ASSERT_TRUE(ParseAgain(bytes, &record));
  EXPECT_EQ(record.SerializeAsString(), bytes);
}

}  // namespace
}  // namespace afterbell
