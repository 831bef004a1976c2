// What two builds of inspection are asked, one of which knows more than the other (mixed/next.patch), and
// what the log says of it then.
//
// Threads: one.
#ifndef AFTERBELL_TESTS_FAULT_MIXED_SCRIPT_H_
#define AFTERBELL_TESTS_FAULT_MIXED_SCRIPT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/log/log.h"
#include "tools/citygen/city.h"

namespace afterbell::fault {

// The phases of a term, and reports of violations in each, which say when the thing was seen: a field that
// only the next build knows. Verdicts follow a phase later. The same from the beginning each time.
class Script {
 public:
  explicit Script(const citygen::CityOptions& options) : city_(options) {}

  // The term's phases, then reports alone.
  void Next(citygen::Phase* phase);

  // From now on those that have waited for it are decided too.
  void LevelWasRaised();

 private:
  struct Case {
    std::string case_id, school_id, district_id;
  };

  citygen::Call* AddCall(const Case& of, const std::string& command, const std::string& role,
                         citygen::Phase* phase) const;
  void Report(const std::string& school_id, const std::string& district_id, int i, citygen::Phase* phase);
  void Decide(const Case& opened, citygen::Phase* phase) const;

  citygen::City city_;
  google::protobuf::Timestamp last_at_;
  int number_ = 0;
  bool raised_ = false;
  std::map<std::string, std::string> schools_;  // And their districts, as of the phase before.
  std::vector<Case> undecided_, waiting_;
};

// What the log says of the reports.
struct Reports {
  uint64_t with = 0, without = 0;  // The field: decided by the next build, or by this one.
  uint64_t due = 0, timed = 0;  // Verdicts behind `from` on cases with the field; those that wrote the event.
  uint64_t early = 0;           // Events before that.
};

// Record by record: a history would know the level, and refuse.
absl::StatusOr<Reports> ReadReports(EventLog* log, const std::map<PartitionId, uint64_t>& from);

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_MIXED_SCRIPT_H_
