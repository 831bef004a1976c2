// Time as rules see it: instants in microseconds since 1970 UTC, local dates as ISO text.
//
// Nothing here reads a clock or the machine's time zone files: the same input gives the same
// answer on every machine. A district's zone is a name with a fixed offset (China has one zone
// and no summer time); a zone that is not in the table is refused when a district is registered.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_TIME_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_TIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/timestamp.pb.h"

namespace afterbell {

using Micros = int64_t;  // Since 1970-01-01T00:00:00 UTC.

inline constexpr Micros kMicrosPerSecond = 1'000'000;
inline constexpr Micros kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr Micros kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr Micros kMicrosPerDay = 24 * kMicrosPerHour;

Micros MicrosOf(const google::protobuf::Timestamp& at);
google::protobuf::Timestamp TimestampOf(Micros at);

// Minutes east of UTC, for "Asia/Shanghai", "Asia/Urumqi" and "UTC"; nothing for another name.
std::optional<int> ZoneOffsetMinutes(std::string_view zone);
// Where nothing else is said.
inline constexpr int kShanghaiMinutes = 8 * 60;

// The local date of an instant: "2026-09-01".
std::string DateOf(Micros at, int zone_minutes = kShanghaiMinutes);
// The local time of day of an instant: "15:30".
std::string TimeOfDay(Micros at, int zone_minutes = kShanghaiMinutes);
// The instant of a local date and time of day; both must be well formed.
Micros InstantOf(std::string_view date, std::string_view time_of_day, int zone_minutes = kShanghaiMinutes);

bool IsDate(std::string_view text);       // An existing day, "2026-02-28".
bool IsTimeOfDay(std::string_view text);  // "00:00" to "24:00".
bool IsMonth(std::string_view text);      // "2026-09"

std::string AddDays(std::string_view date, int days);
int DaysBetween(std::string_view from, std::string_view to);
int WeekdayOf(std::string_view date);              // 1 Monday to 7 Sunday.
std::string MonthOf(std::string_view date);        // "2026-09"
std::string FirstOfMonth(std::string_view month);  // "2026-09-01"
std::string LastOfMonth(std::string_view month);   // "2026-09-30"
int MinutesOfDay(std::string_view time_of_day);    // 930 for "15:30".

// "2026-09-01T07:30:00.000000Z": sorts as time does, good in keys.
std::string InstantText(Micros at);
// Back again; what is not such a text is 0.
Micros MicrosOfText(std::string_view instant);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_TIME_H_
