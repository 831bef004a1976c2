// What a term came to, per district: the one screen after the demonstration, folded from the log
// alone.
#ifndef AFTERBELL_TOOLS_AFTERBELL_SUMMARY_H_
#define AFTERBELL_TOOLS_AFTERBELL_SUMMARY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "services/platform/replay/history.h"

namespace afterbell {

struct DistrictSummary {
  int64_t schools = 0;
  std::set<std::string> pupils;  // Ever enrolled.
  int64_t sessions_held = 0;
  int64_t check_ins = 0;
  int64_t absences_notified = 0;
  int64_t absences_unexplained = 0;
  int64_t released = 0;
  int64_t late_releases = 0;  // More than kLateMinutes after the session's end.
  int64_t charges = 0;
  int64_t gross_fen = 0;
  int64_t cap_removed_fen = 0;
  int64_t waiver_fen = 0;
  int64_t net_fen = 0;
  int64_t payments = 0;
  int64_t paid_fen = 0;
  std::map<std::string, int64_t> refusals;    // "ENR-23 GROUP_FULL"
  std::map<std::string, int64_t> suspicions;  // "unreviewed_entry"

  int64_t owed_fen() const { return net_fen - paid_fen; }
};

inline constexpr int kLateMinutes = 10;

// By district id.
absl::StatusOr<std::map<std::string, DistrictSummary>> Summarise(const replay::History& history);

// As a table for people: zh-CN first, English beside it.
std::string ToText(const std::map<std::string, DistrictSummary>& districts);
std::string ToJson(const std::map<std::string, DistrictSummary>& districts);

// "1,234.50" yuan of fen.
std::string Yuan(int64_t fen);

}  // namespace afterbell

#endif  // AFTERBELL_TOOLS_AFTERBELL_SUMMARY_H_
