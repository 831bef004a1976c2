// Rows as a partition's thread sees them: what is stored, what its records in flight will change on
// top, and the commons as of its intake. Writes go to the top only; they reach the store when the
// record that made them has been read back.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_OVERLAY_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_OVERLAY_H_

#include <map>
#include <string>
#include <vector>

#include "services/platform/decider/rows.h"
#include "services/platform/projection/store.h"

namespace afterbell {

class Overlay : public MutableRows {
 public:
  // `commons` answers every key "c/…" except those that begin with `own_commons` (the commons a
  // partition 0 folds itself). All must outlive this object; `commons` may be null.
  Overlay(const Rows& stored, const Rows* commons, std::string own_commons)
      : stored_(stored), commons_(commons), own_commons_(std::move(own_commons)) {}

  std::optional<std::string> GetBytes(std::string_view key) const override;
  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override;
  void PutBytes(std::string_view key, std::string bytes) override;
  void Erase(std::string_view key) override;

  // The changes since the last call, in order.
  std::vector<RowChange> TakeChanges();

  // These changes are in the store now: rows not changed again since leave the top.
  void Settle(const std::vector<RowChange>& changes);

  // Forgets everything in flight.
  void Clear();

  size_t size() const { return top_.size(); }

  // Grows whenever a row of the platform's own work lists (deadlines "d/", runs "p/run/") is set or
  // cleared: whoever keeps the first of them in mind knows when to look again.
  uint64_t work_changes() const { return work_changes_; }
  // The first deadline is known: what changes behind it does not count. Empty: there is none.
  void SetFirstDeadline(std::string key) {
    first_deadline_ = key.empty() ? kBehindDeadlines : std::move(key);
  }

 private:
  struct Top {
    std::optional<std::string> value;
    uint64_t serial;
  };

  static constexpr char kBehindDeadlines[] = "d0";  // '0' comes right after '/'.

  bool IsForeignCommons(std::string_view key) const;
  void Set(std::string_view key, std::optional<std::string> value);

  const Rows& stored_;
  const Rows* commons_;
  const std::string own_commons_;
  std::map<std::string, Top, std::less<>> top_;
  std::vector<RowChange> changes_;
  uint64_t serial_ = 0;
  uint64_t work_changes_ = 0;
  std::string first_deadline_ = kBehindDeadlines;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_OVERLAY_H_
