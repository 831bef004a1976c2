#include "services/platform/replay/window.h"

#include <memory>

#include "gtest/gtest.h"

namespace afterbell::replay {
namespace {

TEST(Window, EachPlaceReadsEverythingAtItsOwnPace) {
  Window<int> window;
  const auto first = window.AddPlace(), second = window.AddPlace();
  EXPECT_EQ(window.At(first), nullptr);
  for (int i = 0; i < 3; ++i) window.Push(i);
  for (int i = 0; i < 3; ++i) {
    ASSERT_NE(window.At(first), nullptr);
    EXPECT_EQ(*window.At(first), i);
    window.Pop(first);
  }
  EXPECT_EQ(window.At(first), nullptr);
  EXPECT_EQ(*window.At(second), 0);
  window.Push(3);
  EXPECT_EQ(*window.At(first), 3);
}

TEST(Window, LetsGoWhatAllHavePassedOrWhatWhoStaysHas) {
  Window<std::shared_ptr<int>> window;
  const auto stays = window.AddPlace(), leaves = window.AddPlace();
  const auto item = std::make_shared<int>(7), next = std::make_shared<int>(8);
  window.Push(item);
  window.Push(next);
  window.Pop(stays);
  EXPECT_EQ(item.use_count(), 2);
  window.Pop(leaves);
  EXPECT_EQ(item.use_count(), 1);
  window.Pop(stays);
  EXPECT_EQ(next.use_count(), 2);
  window.Leave(leaves);
  EXPECT_EQ(next.use_count(), 1);
}

TEST(Window, KeepsNothingWhereNobodyReads) {
  Window<std::shared_ptr<int>> window;
  const auto item = std::make_shared<int>(7);
  window.Push(item);
  EXPECT_EQ(item.use_count(), 1);
}

}  // namespace
}  // namespace afterbell::replay
