// What must hold of every prefix of a city's history, whoever was killed meanwhile. Pure: told of the valid
// Commits of a partition in their order, it says what they break.
//
// - refused but visible: a Commit that says no and changes something all the same
// - cap passed: more pupils placed in a group than p:group_size_max, as it stood (ENR-23)
// - released twice: a pupil of a session, or one who was not there (ATT-06)
// - ledger: a charge whose parts do not add up to what it asks for, that is issued at another amount, or that
// is paid
//   more than once over; a payment that came twice (BIL-11)
//
// Lost and doubled answers are checker.h's: they need what callers were told.
#ifndef AFTERBELL_TESTS_FAULT_LAWS_H_
#define AFTERBELL_TESTS_FAULT_LAWS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/log.h"

namespace afterbell::fault {

class Laws {
 public:
  static constexpr size_t kKept = 100;  // Of the violations, in words.

  void Take(const PartitionId& id, const log::v1::Commit& commit);

  uint64_t broken() const { return broken_; }
  const std::vector<std::string>& violations() const { return violations_; }
  // How much was held against them: without it nothing is proven.
  uint64_t placed() const { return placed_; }
  uint64_t released() const { return released_; }
  uint64_t paid() const { return paid_; }

 private:
  struct Place {
    std::string from_on, last_on;  // The last day empty: as long as the enrollment.
  };
  struct Charge {
    int64_t net_fen = 0, paid_fen = 0;
  };
  void TakeEnrollment(const std::string& event);
  void TakeAttendance(const std::string& event);
  void TakeBilling(const std::string& event);
  void Break(const std::string& what);

  std::string at_;                                              // The record at hand.
  std::map<std::string, std::map<std::string, Place>> groups_;  // By group and enrollment.
  // By session and pupil: whether they are there, or were.
  std::map<std::pair<std::string, std::string>, bool> present_;
  std::map<std::string, Charge> charges_;
  std::set<std::string> payments_;
  uint64_t placed_ = 0, released_ = 0, paid_ = 0, broken_ = 0;
  std::vector<std::string> violations_;
};

// All Commits of a log, a partition after the other.
absl::StatusOr<Laws> CheckLaws(EventLog* log);

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_LAWS_H_
