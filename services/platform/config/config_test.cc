#include "services/platform/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace afterbell {
namespace {

using ::testing::HasSubstr;

Environment Of(std::map<std::string, std::string> variables) {
  auto held = std::make_shared<const std::map<std::string, std::string>>(std::move(variables));
  return [held](const std::string& name) -> const char* {
    const auto found = held->find(name);
    return found == held->end() ? nullptr : found->second.c_str();
  };
}

std::string Complaint(std::string_view text, std::map<std::string, std::string> variables = {}) {
  return std::string(ParseConfig(text, "a.textproto", Of(std::move(variables))).status().message());
}

TEST(Config, IsCompleteWithoutAFile) {
  const auto config = ParseConfig("", "", Of({{"HOME", "/h/ana"}}));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->data_directory(), "/h/ana/.local/share/afterbell");
  EXPECT_EQ(config->listen(), "127.0.0.1:7400");
  EXPECT_EQ(config->limits().DebugString(), DefaultLimits().DebugString());
}

TEST(Config, EveryNumberHasADefaultWithinItsBounds) {
  const config::v1::Limits limits = DefaultLimits();
  for (int i = 0; i < limits.GetDescriptor()->field_count(); ++i) {
    const auto* field = limits.GetDescriptor()->field(i);
    const auto& bounds = field->options().GetExtension(config::v1::bounds);
    EXPECT_GE(bounds.unless_told(), bounds.least()) << field->name();
    EXPECT_LE(bounds.unless_told(), bounds.most()) << field->name();
    EXPECT_GT(bounds.least(), 0u) << field->name();
  }
}

TEST(Config, AFileGivesWayToTheEnvironment) {
  const auto config =
      ParseConfig("listen: '127.0.0.1:1' limits { waiters_max: 5 batch_items_max: 7 }", "a.textproto",
                  Of({{"AFTERBELL_LIMITS_WAITERS_MAX", "6"}, {"AFTERBELL_LISTEN", "127.0.0.1:2"}}));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen(), "127.0.0.1:2");
  EXPECT_EQ(config->limits().waiters_max(), 6u);
  EXPECT_EQ(config->limits().batch_items_max(), 7u);
}

TEST(Config, NamesFileLineAndColumnOfWhatIsWrong) {
  EXPECT_THAT(Complaint("listen: 'a'\nlimits {\n  waiters_mx: 5\n}"), HasSubstr("a.textproto:3:"));
  EXPECT_EQ(Complaint("limits {\n  waiters_max: 0\n}"),
            "a.textproto:2:3: waiters_max 0, expected 1 to 1000000");
}

TEST(Config, NamesTheVariableThatIsWrong) {
  EXPECT_EQ(Complaint("", {{"AFTERBELL_LIMITS_WAITERS_MAX", "many"}}),
            "AFTERBELL_LIMITS_WAITERS_MAX 'many', expected a number");
  EXPECT_EQ(Complaint("", {{"AFTERBELL_LIMITS_WAITERS_MAX", "0"}}),
            "AFTERBELL_LIMITS_WAITERS_MAX: waiters_max 0, expected 1 to 1000000");
}

TEST(Config, TheFileThatShipsSaysWhatHoldsAnyhow) {
  const auto config = LoadConfig("infra/config/afterbell.textproto");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->limits().DebugString(), DefaultLimits().DebugString());
}

TEST(Config, AMissingFileIsNamed) {
  EXPECT_THAT(std::string(LoadConfig("no/such.textproto").status().message()),
              HasSubstr("no/such.textproto"));
}

}  // namespace
}  // namespace afterbell
