#include "services/platform/decider/paging.h"

#include <set>

#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace afterbell {
namespace {

using Number = google::protobuf::Int32Value;

constexpr ViewTable<Number, key::Id, key::Index> kNumbers{"v/number", "school/index", Ranged(1)};
constexpr int kRows = 5000;

class PagingTest : public ::testing::Test {
 protected:
  PagingTest() {
    ViewRows write(rows_);
    for (int i = 1; i <= kRows; ++i) {
      Number row;
      row.set_value(i);
      write.Put(kNumbers, {"s1", key::Index(i)}, row);
    }
  }

  // One page of the numbers that `step` divides.
  std::vector<int> Ask(int step, int page_size, std::string* token) {
    log::v1::QueryHeader header;
    header.set_page_size(page_size);
    header.set_page_token(*token);
    Number request;
    request.set_value(step);
    log::v1::QueryAnswer answer;
    std::vector<int> found;
    const absl::Status status =
        ScanPage(QueryRows(rows_), kNumbers, Prefix("s1"), request, header, &answer, [&](const Number& row) {
          if (row.value() % step != 0) return false;
          found.push_back(row.value());
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    *token = answer.next_page_token();
    return found;
  }

  MemoryRows rows_;
};

TEST_F(PagingTest, APageIsAsLongAsWasAsked) {
  std::string token;
  EXPECT_EQ(Ask(1, 3, &token), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(Ask(1, 3, &token), (std::vector<int>{4, 5, 6}));
}

// Few of many rows are taken: the page ends all the same, and nothing is left out or said twice.
TEST_F(PagingTest, APageThatWalksManyRowsEndsEarly) {
  std::string token;
  std::vector<int> all;
  int pages = 0;
  do {
    const auto found = Ask(1000, 100, &token);
    all.insert(all.end(), found.begin(), found.end());
    ASSERT_LT(++pages, kRows);
  } while (!token.empty());
  EXPECT_EQ(all, (std::vector<int>{1000, 2000, 3000, 4000, 5000}));
  EXPECT_GE(pages, 3);
}

TEST_F(PagingTest, ATokenIsGoodForEqualArguments) {
  std::string token;
  Ask(2, 3, &token);
  log::v1::QueryHeader header;
  header.set_page_token(token);
  Number other;
  other.set_value(3);
  EXPECT_EQ(Page::Begin(other, header).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace afterbell
