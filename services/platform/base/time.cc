#include "services/platform/base/time.h"

#include "absl/time/civil_time.h"

namespace afterbell {
namespace {

constexpr int kDigits4 = 4;
constexpr int kDigits2 = 2;
constexpr int kDigits6 = 6;

// The number in text[at, at + digits), or -1.
int Number(std::string_view text, size_t at, int digits) {
  if (text.size() < at + digits) return -1;
  int number = 0;
  for (int i = 0; i < digits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

absl::CivilDay DayOf(std::string_view date) {
  return absl::CivilDay(Number(date, 0, kDigits4), Number(date, 5, kDigits2), Number(date, 8, kDigits2));
}

// Appends a number that is not negative, with leading zeros. Keys are full of these: printf is too slow.
void Put(int number, int digits, std::string* text) {
  text->append(digits, '0');
  for (size_t at = text->size(); number > 0 && digits > 0; number /= 10, --digits) {
    (*text)[--at] = static_cast<char>('0' + number % 10);
  }
}

std::string TextOf(absl::CivilDay day) {
  std::string text;
  text.reserve(27);  // Of a whole instant.
  Put(static_cast<int>(day.year()), kDigits4, &text);
  text += '-';
  Put(day.month(), kDigits2, &text);
  text += '-';
  Put(day.day(), kDigits2, &text);
  return text;
}

// Days and the rest of an instant, floored.
void Split(Micros at, Micros* days, Micros* rest) {
  *days = at / kMicrosPerDay;
  *rest = at % kMicrosPerDay;
  if (*rest < 0) {
    *rest += kMicrosPerDay;
    --*days;
  }
}

}  // namespace

Micros MicrosOf(const google::protobuf::Timestamp& at) {
  return at.seconds() * kMicrosPerSecond + at.nanos() / 1000;
}

google::protobuf::Timestamp TimestampOf(Micros at) {
  google::protobuf::Timestamp stamp;
  Micros seconds = at / kMicrosPerSecond;
  Micros rest = at % kMicrosPerSecond;
  if (rest < 0) {
    rest += kMicrosPerSecond;
    --seconds;
  }
  stamp.set_seconds(seconds);
  stamp.set_nanos(static_cast<int32_t>(rest * 1000));
  return stamp;
}

std::optional<int> ZoneOffsetMinutes(std::string_view zone) {
  if (zone == "Asia/Shanghai") return kShanghaiMinutes;
  if (zone == "Asia/Urumqi") return 6 * 60;
  if (zone == "UTC") return 0;
  return std::nullopt;
}

std::string DateOf(Micros at, int zone_minutes) {
  Micros days, rest;
  Split(at + zone_minutes * kMicrosPerMinute, &days, &rest);
  return TextOf(absl::CivilDay(1970, 1, 1) + days);
}

std::string TimeOfDay(Micros at, int zone_minutes) {
  Micros days, rest;
  Split(at + zone_minutes * kMicrosPerMinute, &days, &rest);
  const int minutes = static_cast<int>(rest / kMicrosPerMinute);
  std::string text;
  Put(minutes / 60, kDigits2, &text);
  text += ':';
  Put(minutes % 60, kDigits2, &text);
  return text;
}

Micros InstantOf(std::string_view date, std::string_view time_of_day, int zone_minutes) {
  const Micros days = DayOf(date) - absl::CivilDay(1970, 1, 1);
  return days * kMicrosPerDay + (MinutesOfDay(time_of_day) - zone_minutes) * kMicrosPerMinute;
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (Number(text, 0, kDigits4) < 0 || Number(text, 5, kDigits2) < 0 || Number(text, 8, kDigits2) < 0)
    return false;
  return TextOf(DayOf(text)) == text;  // A 31st of April would come back as the 1st of May.
}

bool IsTimeOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  const int hours = Number(text, 0, kDigits2);
  const int minutes = Number(text, 3, kDigits2);
  return (hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60) || (hours == 24 && minutes == 0);
}

bool IsMonth(std::string_view text) { return text.size() == 7 && IsDate(std::string(text) + "-01"); }

std::string AddDays(std::string_view date, int days) { return TextOf(DayOf(date) + days); }

int DaysBetween(std::string_view from, std::string_view to) {
  return static_cast<int>(DayOf(to) - DayOf(from));
}

int WeekdayOf(std::string_view date) { return static_cast<int>(absl::GetWeekday(DayOf(date))) + 1; }

std::string MonthOf(std::string_view date) { return std::string(date.substr(0, 7)); }

std::string FirstOfMonth(std::string_view month) { return std::string(month) + "-01"; }

std::string LastOfMonth(std::string_view month) {
  const absl::CivilMonth next = absl::CivilMonth(DayOf(FirstOfMonth(month))) + 1;
  return TextOf(absl::CivilDay(next) - 1);
}

int MinutesOfDay(std::string_view time_of_day) {
  return Number(time_of_day, 0, kDigits2) * 60 + Number(time_of_day, 3, kDigits2);
}

std::string InstantText(Micros at) {
  Micros days, rest;
  Split(at, &days, &rest);
  const int seconds = static_cast<int>(rest / kMicrosPerSecond);
  std::string text = TextOf(absl::CivilDay(1970, 1, 1) + days);
  text += 'T';
  Put(seconds / 3600, kDigits2, &text);
  text += ':';
  Put(seconds / 60 % 60, kDigits2, &text);
  text += ':';
  Put(seconds % 60, kDigits2, &text);
  text += '.';
  Put(static_cast<int>(rest % kMicrosPerSecond), kDigits6, &text);
  text += 'Z';
  return text;
}

Micros MicrosOfText(std::string_view instant) {
  constexpr size_t kTimeAt = 11, kSecondsAt = 17, kMicrosAt = 20, kLength = 27;
  if (instant.size() != kLength) return 0;
  return InstantOf(instant.substr(0, 10), instant.substr(kTimeAt, 5), 0) +
         Number(instant, kSecondsAt, kDigits2) * kMicrosPerSecond + Number(instant, kMicrosAt, kDigits6);
}

}  // namespace afterbell
