#include "tools/citygen/district.h"

namespace afterbell::citygen {
namespace {

constexpr int At(int hour, int minute) { return hour * 60 + minute; }

// The only period of a day, or its last: guardians come, some of them late.
Slot WholeSlot(std::string period, std::string start_time, std::string end_time, int class_hours, int start,
               int end) {
  return {std::move(period),
          std::move(start_time),
          std::move(end_time),
          class_hours,
          true,
          start,
          end,
          start - 10,
          start - 5,
          start + 5,
          start + 10,
          end - 15,
          end + 9,
          end + 30,
          end + 35,
          end + 36};
}

// Homework until 16:10, an activity from 16:20 (content_split): pupils go back to their class
// teacher in between, and the same adults take over again.
District Jilin() {
  Slot first = {"afternoon-1", "15:30", "16:10", 1, false, At(15, 30), At(16, 10)};
  first.arrive = At(15, 20);
  first.take_over = At(15, 25);
  first.check_in = At(15, 35);
  first.roll = At(15, 40);
  first.early = At(15, 55);
  first.release = At(16, 12);
  first.late = At(16, 24);  // Only when somebody was kept.
  first.sign = At(16, 13);
  first.leave = At(16, 14);
  Slot second = WholeSlot("afternoon-2", "16:20", "17:00", 1, At(16, 20), At(17, 0));
  second.arrive = At(16, 15);
  second.take_over = At(16, 17);
  second.check_in = At(16, 22);
  return {"jilin",
          {first, second},
          {1, 2, 3, 4},
          {ReviewStep::kSchool, ReviewStep::kPublicNotice},
          true,
          false,
          true,
          FeeModel::kPerMonth,
          "per_month",
          8000,
          0,
          {"registered_poor_household"},
          "earmarked"};
}

District Wanzhou() {
  return {"wanzhou",
          {WholeSlot("afternoon-1", "16:30", "18:30", 3, At(16, 30), At(18, 30))},
          {1, 2, 3, 4, 5},
          {ReviewStep::kClass},
          false,
          false,
          false,
          FeeModel::kPerClassHour,
          "per_class_hour",
          300,
          17000,
          {"registered_poor_household", "minimum_living_household"},
          "school_finance"};
}

District Xiji() {
  return {"xiji",
          {WholeSlot("afternoon-1", "16:00", "18:00", 3, At(16, 0), At(18, 0))},
          {1, 2, 3, 4, 5},
          {ReviewStep::kClass, ReviewStep::kSchool},
          true,
          true,
          false,
          FeeModel::kFree,
          "free",
          0,
          0,
          {},
          "school_finance"};
}

}  // namespace

std::vector<std::string> District::periods() const {
  std::vector<std::string> all;
  for (const Slot& slot : slots) all.push_back(slot.period);
  return all;
}

const District* FindDistrict(std::string_view id) {
  static const std::vector<District>* const kDistricts =
      new std::vector<District>{Jilin(), Wanzhou(), Xiji()};
  for (const District& district : *kDistricts) {
    if (district.id == id) return &district;
  }
  return nullptr;
}

}  // namespace afterbell::citygen
