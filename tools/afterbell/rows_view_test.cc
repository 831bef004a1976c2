// The tables of the six services: all are listed, and those of one store keep apart.
#include "tools/afterbell/rows_view.h"

#include <algorithm>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/city/city.h"
#include "services/platform/decider/rows.h"
#include "services/platform/runtime/tables.h"

namespace afterbell {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// All that lies in one store: partition 0 has the commons too.
TableList StoreOf(const Service& service) { return TablesOf(service, {std::string(service.name()), 0}); }

TEST(RowsDescribe, ListsEveryTableOfTheCity) {
  const std::vector<OwnedTables> all = TablesOfAll(CityServices());
  std::vector<std::string> owners;
  std::multiset<const TableInfo*> listed;
  for (const OwnedTables& owned : all) {
    owners.push_back(owned.owner);
    EXPECT_FALSE(owned.tables.empty()) << owned.owner;
    EXPECT_TRUE(std::is_sorted(owned.tables.begin(), owned.tables.end(), [](const auto* a, const auto* b) {
      return a->name < b->name;
    })) << owned.owner;
    listed.insert(owned.tables.begin(), owned.tables.end());
  }
  EXPECT_THAT(owners, ElementsAre("registry", "enrollment", "attendance", "staffing", "billing", "inspection",
                                  "platform", "commons"));
  std::set<const TableInfo*> kept;
  for (const Service* service : CityServices()) {
    for (const TableInfo* table : StoreOf(*service)) {
      kept.insert(table);
      EXPECT_GE(listed.count(table), 1u) << service->name() << ": " << table->name;
    }
  }
  for (const TableInfo* table : listed) EXPECT_EQ(kept.count(table), 1u) << table->name << " is in no store";
}

TEST(RowsDescribe, SaysWhatATableIs) {
  const std::vector<OwnedTables> all = TablesOfAll(CityServices());
  const std::string text = AsText(all);
  const std::string json = AsJson(all);
  for (const OwnedTables& owned : all) {
    for (const TableInfo* table : owned.tables) {
      EXPECT_THAT(text, HasSubstr("\n  " + std::string(table->name) + " "));
      EXPECT_THAT(json, HasSubstr("\"name\": \"" + std::string(table->name) + "\""));
    }
  }
  const size_t line = text.find("  s/presence ");
  ASSERT_NE(line, std::string::npos);
  EXPECT_THAT(text.substr(line, text.find('\n', line) - line),
              ::testing::MatchesRegex("  s/presence +school:id/date:date/pupil:id/session:id +"
                                      "afterbell.attendance.state.Presence +state, domain/ +ranged by 2"));
  EXPECT_THAT(json, HasSubstr("{\"owner\": \"attendance\", \"name\": \"s/presence\", "
                              "\"key\": \"school:id/date:date/pupil:id/session:id\", "
                              "\"row\": \"afterbell.attendance.state.Presence\", \"kind\": \"state\", "
                              "\"written_by\": \"domain/\", \"kept\": \"ranged by 2\"}"));
  EXPECT_THAT(text, HasSubstr("(one row)"));
}

// What the keys of a table begin with in the store ("s/presence/"; a table of one row: its whole key) is not
// what another's begin with. Were it, a walk over the one would meet rows of the other, whatever their parts.
TEST(Tables, OfOneStoreKeepApart) {
  for (const Service* service : CityServices()) {
    const TableList tables = StoreOf(*service);
    for (const TableInfo* table : tables) {
      for (const TableInfo* other : tables) {
        if (table == other) continue;
        EXPECT_NE(table->name, other->name) << service->name();
        EXPECT_NE(StoreKey(*other, "").rfind(StoreKey(*table, ""), 0), 0u)
            << service->name() << ": rows of " << other->name << " lie among those of " << table->name;
      }
    }
  }
}

// Else rows of two schools meet wherever both lie in one partition.
TEST(Tables, OfASchoolBeginWithIt) {
  const std::set<std::string_view> others = {
      // Adults, in the commons.
      "s/clearance", "s/bar", "s/training", "v/clearance_by_state", "v/clearance_at",
      // Instruments, fees and the schools of an area, in the commons.
      "v/schools", "v/policy", "v/instruments", "v/instrument_keys", "v/fee_standards",
      // Lists for questions that name a guardian, a district or a session. The school stands further on, or
      // the id is derived from it.
      "v/my_pupils", "v/plans", "v/ratio_school", "v/violations/district", "v/refusals/district"};
  std::set<std::string_view> met;
  for (const Service* service : CityServices()) {
    for (const TableInfo* table : service->tables()) {
      const bool begins = table->words.substr(0, table->words.find('/')) == "school";
      if (!begins) met.insert(table->name);
      EXPECT_NE(begins, others.count(table->name) > 0) << service->name() << ": " << table->name;
    }
  }
  EXPECT_EQ(met, others);
}

TEST(Tables, KeepRangesOfSeveralRows) {
  for (const OwnedTables& owned : TablesOfAll(CityServices())) {
    for (const TableInfo* table : owned.tables) {
      EXPECT_EQ(table->types.size(), static_cast<size_t>(table->parts)) << table->name;
      if (table->keep.how != Keep::How::kRanged) continue;
      EXPECT_GE(table->keep.parts, 0) << table->name;
      EXPECT_LT(table->keep.parts, table->parts) << table->name;
    }
  }
}

}  // namespace
}  // namespace afterbell
