// Rows by table: what reaches them, in which order, and what does not compile.
#include "services/platform/decider/rows.h"

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

using Text = google::protobuf::StringValue;

constexpr StateTable<Text, key::Id, key::Date, key::Id> kState{"s/state", "pupil/date/session", Ranged(1)};
constexpr FactTable<Text, key::Id> kFact{"f/fact", "pupil", Point()};
constexpr ViewTable<Text, key::Id> kView{"v/view", "pupil", Point()};
constexpr CommonsTable<Text> kCommons{"c/registry/one", "", Point()};
constexpr StateTable<Mark, key::Instant, key::Index, key::Number, key::Rest> kMarks{
    "s/marks", "at/index/number/rest", Ranged(0)};

// A table knows what its parts are.
static_assert(kState.types.size() == 3 && kState.types[0] == "id" && kState.types[1] == "date");
static_assert(kCommons.types.empty());

// ---- what does not compile

template <class R, class T>
concept Reads = requires(const R rows, const T& table, const typename T::Key& key) {
  rows.Get(table, key);
};
template <class R, class T>
concept Writes = requires(R rows, const T& table, const typename T::Key& key) {
  rows.Erase(table, key);
};

template <class T>
using TableOf = std::remove_const_t<T>;
using State = TableOf<decltype(kState)>;
using Fact = TableOf<decltype(kFact)>;
using View = TableOf<decltype(kView)>;
using Commons = TableOf<decltype(kCommons)>;

// A rule reads state, facts and commons, and no view; it writes nothing.
static_assert(Reads<Rows, State> && Reads<Rows, Fact> && Reads<Rows, Commons> && !Reads<Rows, View>);
static_assert(!Writes<Rows, State>);
// domain/ writes state and commons of its own, and no fact; intake/ facts alone; projection/ views alone.
static_assert(Writes<StateRows, State> && Writes<StateRows, Commons> && !Writes<StateRows, Fact> &&
              !Writes<StateRows, View>);
static_assert(Writes<FactRows, Fact> && !Writes<FactRows, State> && !Writes<FactRows, View>);
static_assert(Writes<ViewRows, View> && Reads<ViewRows, State> && !Writes<ViewRows, State> &&
              !Writes<ViewRows, Fact>);
static_assert(!Reads<StateRows, View> && !Reads<FactRows, View> && Reads<QueryRows, View>);
static_assert(!Writes<QueryRows, View>);
// Who has more hands on less, and never the other way.
static_assert(std::is_convertible_v<QueryRows, Rows> && !std::is_convertible_v<Rows, QueryRows>);
static_assert(std::is_convertible_v<ViewRows, Rows> && !std::is_convertible_v<ViewRows, StateRows>);
static_assert(std::is_convertible_v<IntakeRows, FactRows> && std::is_convertible_v<IntakeRows, ViewRows>);

// Keys and prefixes are whole parts of the right kind.
template <class... Args>
concept IsKey = requires(Args... args) {
  State::Key{args...};
};
static_assert(IsKey<std::string, key::Date, std::string>);
static_assert(!IsKey<std::string, std::string, std::string>, "a date is named as one");
static_assert(!IsKey<key::Date, key::Date, std::string>, "a date is no id");
static_assert(!IsKey<std::string, key::Date>, "a part is missing");
static_assert(!IsKey<std::string, key::Month, std::string>, "a month is no date");
struct Unnamed : key::TextPart {};
static_assert(!KeyPartType<Unnamed>, "a part says what it is");
template <class P>
concept IsPrefix = PrefixFor<P, State>;
static_assert(IsPrefix<decltype(Prefix())>);
static_assert(IsPrefix<decltype(Prefix(std::string()))>);
static_assert(IsPrefix<decltype(Prefix(std::string(), key::Date("")))>);
static_assert(IsPrefix<decltype(Prefix(std::string()).From(key::Date("")).Until(key::Date("")))>);
static_assert(!IsPrefix<decltype(Prefix(key::Date("")))>, "the first part is an id");
static_assert(!IsPrefix<decltype(Prefix(std::string(), std::string()))>, "the second is a date");
static_assert(!IsPrefix<decltype(Prefix(std::string()).From(key::Month("")))>, "a month is no date");
static_assert(!IsPrefix<decltype(Prefix().From(key::Id("")))>, "ids have no order worth a name");
static_assert(!IsPrefix<decltype(Prefix(std::string(), key::Date(""), std::string()))>, "that is a key");

// ---- what does

class RowsTest : public ::testing::Test {
 protected:
  RowsTest() {
    Put("ana", "2026-09-01", "x");
    Put("ana", "2026-09-02", "x");
    Put("ana", "2026-09-02", "y");
    Put("ana", "2026-10-01", "x");
    Put("bo", "2026-09-02", "x");
  }
  void Put(const std::string& pupil, const std::string& date, const std::string& session) {
    Text text;
    text.set_value(pupil + session);
    rows.Put(kState, {pupil, key::Date(date), session}, std::move(text));
  }
  template <class P>
  std::string Scanned(const P& prefix) {
    std::string all;
    rows.Scan(kState, prefix, [&](const auto& key, const Text&) {
      const auto& [pupil, date, session] = key;
      all.append(pupil).append(" ").append(date.substr(5)).append(" ").append(session).append(";");
    });
    return all;
  }

  MemoryRows memory;
  AllRows rows{memory};
};

TEST_F(RowsTest, AreFoundByTheirWholeKey) {
  EXPECT_EQ(rows.Get(kState, {"ana", key::Date("2026-09-02"), "y"})->value(), "anay");
  EXPECT_EQ(rows.Get(kState, {"ana", key::Date("2026-09-03"), "y"}), nullptr);
  EXPECT_EQ(rows.GetOrEmpty(kState, {"ana", key::Date("2026-09-03"), "y"}).value(), "");
  EXPECT_TRUE(rows.Has(kState, {"bo", key::Date("2026-09-02"), "x"}));
  rows.Erase(kState, {"bo", key::Date("2026-09-02"), "x"});
  EXPECT_FALSE(rows.Has(kState, {"bo", key::Date("2026-09-02"), "x"}));
}

TEST_F(RowsTest, StayAsTheyWereForWhoHoldsOne) {
  const auto before = rows.Get(kState, {"ana", key::Date("2026-09-01"), "x"});
  rows.Erase(kState, {"ana", key::Date("2026-09-01"), "x"});
  EXPECT_EQ(before->value(), "anax");
}

TEST_F(RowsTest, AreScannedByWholePartsAndFromOneToAnother) {
  EXPECT_EQ(Scanned(Prefix("ana")), "ana 09-01 x;ana 09-02 x;ana 09-02 y;ana 10-01 x;");
  EXPECT_EQ(Scanned(Prefix("an")), "") << "no scan ends within a part";
  EXPECT_EQ(Scanned(Prefix("ana", key::Date("2026-09-02"))), "ana 09-02 x;ana 09-02 y;");
  EXPECT_EQ(Scanned(Prefix("ana").From(key::Date("2026-09-02"))), "ana 09-02 x;ana 09-02 y;ana 10-01 x;");
  EXPECT_EQ(Scanned(Prefix("ana").Until(key::Date("2026-09-02"))), "ana 09-01 x;ana 09-02 x;ana 09-02 y;");
  EXPECT_EQ(Scanned(Prefix("ana").From(key::Date("2026-09-02")).Until(key::Date("2026-09-30"))),
            "ana 09-02 x;ana 09-02 y;");
  EXPECT_EQ(Scanned(Prefix()), "ana 09-01 x;ana 09-02 x;ana 09-02 y;ana 10-01 x;bo 09-02 x;");
}

TEST_F(RowsTest, AVisitorTakesWhatItNeedsAndMayEndTheScan) {
  int seen = 0;
  rows.Scan(kState, Prefix(), [&](const Text&) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
  RowPtr<Text> kept;
  rows.Scan(kState, Prefix("bo"), [&](const RowPtr<Text>& row) { kept = row; });
  EXPECT_EQ(kept, rows.Get(kState, {"bo", key::Date("2026-09-02"), "x"})) << "the row itself, no copy";
}

TEST_F(RowsTest, PartsComeBackAsWhatTheyWere) {
  const Micros at = InstantOf("2026-09-01", "15:05") + 7;
  rows.Put(kMarks, {key::Instant(at), key::Index(42), key::Number(-3), key::Rest("s1/pupil/ana")});
  int marks = 0;
  rows.Scan(kMarks, Prefix(), [&](const auto& key) {
    const auto& [instant, index, number, rest] = key;
    EXPECT_EQ(instant, at);
    EXPECT_EQ(index, 42u);
    EXPECT_EQ(number, -3);
    EXPECT_EQ(rest, "s1/pupil/ana");
    ++marks;
  });
  EXPECT_EQ(marks, 1);
  EXPECT_EQ(memory.all().count("s/marks/2026-09-01T07:05:00.000007Z/00000000000000000042/-3/s1/pupil/ana"),
            1u);
}

TEST_F(RowsTest, ATableOfOneRowHasNoKey) {
  rows.Put(kCommons, {}, Text());
  EXPECT_NE(rows.Get(kCommons, {}), nullptr);
  EXPECT_EQ(memory.all().count("c/registry/one"), 1u);
}

TEST_F(RowsTest, TablesWhoseNamesBeginAlikeAreApart) {
  static constexpr StateTable<Text, key::Id> kLonger{"s/state_of", "pupil", Point()};
  rows.Put(kLonger, {"ana"}, Text());
  EXPECT_EQ(Scanned(Prefix()), "ana 09-01 x;ana 09-02 x;ana 09-02 y;ana 10-01 x;bo 09-02 x;");
}

TEST(KeyText, IsLongerThanWhatItHoldsByItself) {
  KeyText text;
  const std::string part(100, 'a');
  text.Append(part);
  text.Append('/');
  text.Append(part);
  text.Append('/');
  text.DropLast();
  EXPECT_EQ(text.view(), part + "/" + part);
}

}  // namespace
}  // namespace afterbell
