#include "services/platform/base/spare.h"

#include <string>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

TEST(Spare, WhatNobodyHoldsServesAgain) {
  const auto spare = Spare<std::string>::Make(2);
  std::shared_ptr<std::string> first = spare->Take();
  *first = "a text that needs memory of its own";
  const std::shared_ptr<std::string> second = spare->Take();
  EXPECT_EQ(*second, "");
  std::shared_ptr<std::string> also_first = first;
  first = nullptr;
  EXPECT_EQ(*spare->Take(), "") << "somebody still holds the first";
  also_first = nullptr;
  EXPECT_EQ(*spare->Take(), "a text that needs memory of its own");
}

TEST(Spare, KeepsNoMoreThanItsLimitAndNothingOnceDropped) {
  const auto spare = Spare<std::string>::Make(1);
  {
    const auto first = spare->Take(), second = spare->Take();
    *first = *second = "used";
  }
  EXPECT_EQ(*spare->Take(), "used");
  {
    const auto one = spare->Take(), other = spare->Take();
    EXPECT_EQ(*other, "");
  }
  spare->Drop();
  EXPECT_EQ(*spare->Take(), "");
}

TEST(Spare, WhatIsHeldOutlivesIt) {
  auto spare = Spare<std::string>::Make(1);
  const auto held = spare->Take();
  spare = nullptr;
  *held = "still here";
  EXPECT_EQ(*held, "still here");
}

}  // namespace
}  // namespace afterbell
