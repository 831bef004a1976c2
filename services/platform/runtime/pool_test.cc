// What the pool's threads take first.
#include "services/platform/runtime/pool.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

// One thread, held back until everything is queued.
class PoolTest : public ::testing::Test {
 protected:
  PoolTest() {
    pool_ = std::make_unique<Pool>(1);
    std::promise<void> held;
    pool_->Run([this, &held] {
      held.set_value();
      gate_.get_future().wait();
    });
    held.get_future().wait();
  }

  std::function<void()> Note(char what) {
    return [this, what] { order_ += what; };
  }

  // In what order everything that is queued was done.
  std::string Order() {
    gate_.set_value();
    pool_.reset();
    return order_;
  }

  std::promise<void> gate_;
  std::unique_ptr<Pool> pool_;
  std::string order_;
};

TEST_F(PoolTest, WhatIsToBeDoneSoonGoesFirst) {
  pool_->RunLater(Note('l'));
  pool_->RunLater(Note('m'));
  pool_->Run(Note('a'));
  pool_->Run(Note('b'));
  EXPECT_EQ(Order(), "ablm");
}

TEST_F(PoolTest, WhatMayWaitDoesNotWaitForEver) {
  pool_->RunLater(Note('l'));
  pool_->RunLater(Note('m'));
  for (int i = 0; i < 100; ++i) pool_->Run(Note('s'));
  const std::string order = Order();
  EXPECT_EQ(order.size(), 102u);
  EXPECT_LE(order.find('l'), 16u);
  EXPECT_LE(order.find('m'), 33u);
}

TEST(Pool, TellsOnceHowLongTheLongestWorkTookAndHowMuchItWas) {
  constexpr std::chrono::milliseconds kTaken(5);
  Pool::TakeLongest();
  {
    Pool pool(1);
    pool.Run([&] {
      const auto begun = std::chrono::steady_clock::now();
      while (std::chrono::steady_clock::now() - begun < kTaken) continue;
    });
    // It waits and does nothing.
    pool.Run([&] { std::promise<void>().get_future().wait_for(2 * kTaken); });
  }
  const Pool::Longest longest = Pool::TakeLongest();
  EXPECT_GE(longest.kept, 2 * kTaken);
  EXPECT_GT(longest.worked.count(), 0);
  EXPECT_LE(longest.worked, longest.kept);
  EXPECT_EQ(Pool::TakeLongest().kept.count(), 0);
}

}  // namespace
}  // namespace afterbell
