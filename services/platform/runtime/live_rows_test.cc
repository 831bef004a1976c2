// Whatever is loaded, let go, captured or written meanwhile, rows answer as two plain maps do: one of what is
// settled, one with what is in flight on top.
#include "services/platform/runtime/live_rows.h"

#include <filesystem>
#include <random>

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"
#include "services/platform/projection/store.h"
#include "services/platform/runtime/tables.h"

namespace afterbell {
namespace {

using Text = google::protobuf::StringValue;

constexpr StateTable<Text, key::Id, key::Id> kRanged{"s/ranged", "of/row", Ranged(1)};
constexpr StateTable<Text, key::Id> kPoints{"s/points", "row", Point()};
constexpr StateTable<Text, key::Id, key::Id> kWhole{"s/whole", "of/row", Ranged(0)};
constexpr FactTable<Text, key::Id, key::Id> kQueue{"f/queue", "of/row", Queue()};
const TableInfo* const kTables[] = {&kRanged, &kPoints, &kWhole, &kQueue};

using Model = std::map<std::string, std::string>;  // By the key in the store.

AnyRow TextOf(const std::string& text) {
  auto row = std::make_shared<Text>();
  row->set_value(text);
  return row;
}

std::string ValueOf(const AnyRow& row) {
  return row == nullptr ? "none" : static_cast<const Text&>(*row).value();
}

class LiveRowsTest : public ::testing::TestWithParam<int> {
 protected:
  static constexpr int kPrefixes = 6;
  static constexpr int kRowsOfPrefix = 7;

  LiveRowsTest() : dice_(GetParam()) {
    folder_ = ::testing::TempDir() + "/live_rows-" + std::to_string(GetParam());
    std::filesystem::remove_all(folder_);
    auto store = Store::Open({.directory = folder_, .service = "attendance"});
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    stored_ = store_->Live(1);
    budget_->bytes_max = 6000;
    budget_->rest_bytes = 2000;
    budget_->range_rows_max = GetParam() % 3 == 0 ? 4 : 1000;  // Some treat ranges as points.
    Open();
  }

  void Open() {
    rows_ = std::make_unique<LiveRows>(LiveRows::Options{
        .tables = {&kRanged, &kPoints, &kWhole, &kQueue},
        .stored = stored_.get(),
        .stored_is_empty = store_->Position(1).index() == 0,
        .budget = budget_,
    });
  }

  int Draw(int below) { return static_cast<int>(dice_() % static_cast<unsigned>(below)); }

  std::string AnyKey(const TableInfo& table) {
    const std::string row = "r" + std::to_string(Draw(kRowsOfPrefix));
    return table.parts == 1 ? "p" + std::to_string(Draw(kPrefixes)) + row
                            : "p" + std::to_string(Draw(kPrefixes)) + "/" + row;
  }

  void SetAny() {
    const TableInfo& table = *kTables[Draw(4)];
    const std::string key = AnyKey(table);
    const bool clears = Draw(3) == 0;
    const std::string text = "v" + std::to_string(++values_) + std::string(Draw(200), 'x');
    rows_->Set(table, key, clears ? nullptr : TextOf(text));
    open_.emplace_back(StoreKey(table, key), clears ? "" : text);
  }

  using Changes = std::vector<std::pair<std::string, std::string>>;  // Empty: cleared.
  static void Apply(const Changes& changes, Model* model) {
    for (const auto& [key, text] : changes) {
      if (text.empty()) {
        model->erase(key);
      } else {
        (*model)[key] = text;
      }
    }
  }

  Model Top() const {
    Model top = settled_;
    for (const Changes& changes : in_flight_) Apply(changes, &top);
    Apply(open_, &top);
    return top;
  }

  // Captures a batch, or writes the one there is.
  void Batch() {
    if (!rows_->HasBatch()) {
      batch_ = rows_->Capture();
      return;
    }
    RowBlock changes;
    for (const CapturedRow& row : batch_) {
      const std::string key = StoreKey(*row.table, *row.key);
      if (row.row == nullptr) {
        changes.Clear(key);
      } else {
        changes.Set(key, row.row->SerializeAsString());
      }
    }
    stored::StoredPosition position;
    position.set_index(++written_);
    ASSERT_EQ(store_->Write(1, changes, position), absl::OkStatus());
    // A reader may come between the write and the word of it.
    ExpectAlike();
    rows_->Written();
    batch_.clear();
  }

  void Step() {
    switch (Draw(12)) {
      case 0:
        rows_->CloseList();
        in_flight_.push_back(std::exchange(open_, {}));
        return;
      case 1:
        if (in_flight_.empty()) return;
        rows_->SettleFront();
        Apply(in_flight_.front(), &settled_);
        in_flight_.pop_front();
        return;
      case 2:
        if (!in_flight_.empty()) return;
        rows_->SettleOpen();
        Apply(std::exchange(open_, {}), &settled_);
        return;
      case 3:
        if (Draw(4) > 0) return;
        rows_->DropInFlight();
        in_flight_.clear();
        open_.clear();
        return;
      case 4:
      case 5:
        return Batch();
      case 6:
        return Draw(4) == 0 ? rows_->Rest() : rows_->Trim();
      default:
        return SetAny();
    }
  }

  void ExpectOne() {
    const TableInfo& table = *kTables[Draw(4)];
    const std::string key = AnyKey(table);
    const auto text = [&](const Model& model) {
      const auto found = model.find(StoreKey(table, key));
      return found == model.end() ? "none" : found->second;
    };
    EXPECT_EQ(ValueOf(rows_->Find(table, key)), text(Top())) << StoreKey(table, key);
    EXPECT_EQ(ValueOf(rows_->settled().Find(table, key)), text(settled_)) << StoreKey(table, key);
  }

  void ExpectAlike() {
    const TableInfo& table = *kTables[Draw(4)];
    const bool of_one = table.parts == 2 && Draw(3) > 0;
    const std::string prefix = of_one ? "p" + std::to_string(Draw(kPrefixes)) + "/" : "";
    const std::string from = Draw(2) == 0 ? "" : prefix + (of_one ? "r3" : "p3");
    const KeyRange range{prefix, from, {}};
    const auto walked = [&](const RowSource& rows) {
      std::string text;
      rows.Walk(table, range, [&](std::string_view key, const AnyRow& row) {
        text.append(key).append("=").append(ValueOf(row)).append(" ");
        return true;
      });
      return text;
    };
    const auto expected = [&](const Model& model) {
      std::string text;
      const std::string whole = StoreKey(table, "");
      for (const auto& [key, value] : model) {
        if (key.compare(0, whole.size(), whole) != 0) continue;
        const std::string row = key.substr(whole.size());
        if (range.Holds(row)) text.append(row).append("=").append(value).append(" ");
      }
      return text;
    };
    EXPECT_EQ(walked(*rows_), expected(Top())) << table.name << " " << prefix << " " << from;
    EXPECT_EQ(walked(rows_->settled()), expected(settled_)) << table.name << " " << prefix << " " << from;
  }

  std::mt19937 dice_;
  std::string folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<BytesRows> stored_;
  const std::shared_ptr<RowBudget> budget_ = std::make_shared<RowBudget>();
  std::unique_ptr<LiveRows> rows_;
  std::vector<CapturedRow> batch_;
  Model settled_;
  Changes open_;
  std::deque<Changes> in_flight_;
  int values_ = 0;
  uint64_t written_ = 0;
};

TEST_P(LiveRowsTest, AnswersAsPlainMapsDo) {
  constexpr int kSteps = 4000;
  constexpr int kReopenEvery = 1000;
  for (int step = 1; step <= kSteps && !HasFailure(); ++step) {
    Step();
    ExpectOne();
    ExpectAlike();
    if (step % kReopenEvery > 0) continue;
    // As after a clean stop: all is written, and memory is empty.
    rows_->DropInFlight();
    in_flight_.clear();
    open_.clear();
    while (rows_->HasBatch() || rows_->unwritten() > 0) Batch();
    rows_.reset();
    EXPECT_EQ(budget_->bytes, 0u) << "all that was counted was given back";
    Open();
  }
  EXPECT_GT(written_, 10u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LiveRowsTest, ::testing::Range(1, 13));

// A store whose rows are walked over, and how often that was.
class WalkedRows : public RowSource {
 public:
  explicit WalkedRows(const RowSource& rows) : rows_(rows) {}
  AnyRow Find(const TableInfo& table, std::string_view key) const override { return rows_.Find(table, key); }
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override {
    ++walks;
    rows_.Walk(table, range, visit);
  }

  mutable int walks = 0;

 private:
  const RowSource& rows_;
};

TEST(LiveRowsOfALongRange, AreTreatedAsPointsOnceTheRangeHasGrown) {
  const std::string folder = ::testing::TempDir() + "/live_rows-growing";
  std::filesystem::remove_all(folder);
  auto store = Store::Open({.directory = folder, .service = "attendance"});
  ASSERT_TRUE(store.ok()) << store.status();
  const std::unique_ptr<BytesRows> bytes = (*store)->Live(1);
  const WalkedRows stored(*bytes);
  const auto budget = std::make_shared<RowBudget>();
  budget->range_rows_max = 4;
  LiveRows rows({.tables = {&kRanged}, .stored = &stored, .stored_is_empty = false, .budget = budget});
  const auto walk = [&] {
    int count = 0;
    rows.Walk(kRanged, {"p/", {}, {}}, [&](std::string_view, const AnyRow&) { return ++count > 0; });
    return count;
  };
  for (int i = 1; i <= 6; ++i) {
    rows.Set(kRanged, "p/r" + std::to_string(i), TextOf("v"));
    EXPECT_EQ(walk(), i);
    // The store was walked over once, when the range became resident, until it had too many rows for that.
    EXPECT_EQ(stored.walks, i <= 4 ? 1 : i - 3) << i;
  }
}

TEST(LiveRowsWithoutAStore, HoldsAllInOrder) {
  LiveRows rows({.tables = {&kRanged, &kPoints}});
  rows.SetSettled(kRanged, "b/1", TextOf("2"));
  rows.SetSettled(kPoints, "z", TextOf("1"));
  rows.SetSettled(kRanged, "a/9", TextOf("3"));
  rows.SetSettled(kRanged, "a/8", nullptr);
  std::string all;
  rows.ForEach([&](const std::string& key, const AnyRow& row) { all += key + "=" + ValueOf(row) + " "; });
  EXPECT_EQ(all, "s/points/z=1 s/ranged/a/9=3 s/ranged/b/1=2 ");
}

TEST(LiveRowsWorkLists, CountWhatMayHaveToBeLookedAtAgain) {
  LiveRows rows({.tables = {&kDeadlines, &kRuns}});
  const uint64_t none = rows.work_changes();
  SetDeadline(rows, 10 * kMicrosPerSecond, "month_end", "s1");
  EXPECT_GT(rows.work_changes(), none);
  rows.SetFirstDeadline(10 * kMicrosPerSecond);
  const uint64_t known = rows.work_changes();
  SetDeadline(rows, 11 * kMicrosPerSecond, "month_end", "s1");
  EXPECT_EQ(rows.work_changes(), known) << "behind the first that is known";
  SetDeadline(rows, 9 * kMicrosPerSecond, "month_end", "s1");
  EXPECT_GT(rows.work_changes(), known);
}

}  // namespace
}  // namespace afterbell
