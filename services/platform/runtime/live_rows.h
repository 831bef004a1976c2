// The rows of one partition at work: objects in memory, and a store behind them where they rest.
//
// There is one place to look. An entry knows its row as of the last record that was read back (settled) and,
// where records in flight changed it, as of the newest of those (top). A change makes a new object and
// serialises nothing; the store is written behind (write_behind.h).
//
//   Set …, Set …   changes of the open list: what was folded of others, and of the record being made
//   CloseList      the record goes into flight with that list
//   SettleFront    the oldest record in flight was read back: its list becomes the settled rows
//   SettleOpen     a record of somebody else was read back, and folded
//   DropInFlight   the records in flight are void, and what was folded of others is folded again
//   Capture        the newest version of each settled row that the store does not have
//   Written        it has them
//
// What is kept follows from the table (table.h). Of a ranged table, all rows of a range become resident by
// one seek of the store; inside it, an absent row is known to be absent. Of a point table single rows and
// single absences are kept. A range of more rows than `range_rows_max` is treated as points. Memory wins over
// the store: what was captured stays until its batch is written. Trim lets clean entries go that nobody asked
// for lately.
//
// Threads: one at a time. The rows and keys of a captured batch may be read by another thread until Written
// is called.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_LIVE_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_LIVE_ROWS_H_

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "services/platform/decider/rows.h"

namespace afterbell {

// Memory that the rows of all partitions of a process share. Threads: any.
struct RowBudget {
  size_t bytes_max = 256 << 20;
  size_t rest_bytes = 32 << 20;
  size_t range_rows_max = 100000;
  size_t partitions = 1;  // That share it.
  std::atomic<size_t> bytes{0};
};

// A settled row for the store. Null: cleared. What it points to outlives the batch.
struct CapturedRow {
  const TableInfo* table;
  const std::string* key;
  AnyRow row;
};

class LiveRows final : public RowSink {
 public:
  struct Options {
    TableList tables;                    // Whose rows these are.
    const RowSource* stored = nullptr;   // Null: there is no store, and all is in memory.
    bool stored_is_empty = true;         // Nothing of this partition is there.
    const RowSource* commons = nullptr;  // Answers for tables of commons that are not among `tables`.
    std::shared_ptr<RowBudget> budget;   // Null: nothing is counted, and nothing let go.
  };
  explicit LiveRows(Options options);
  ~LiveRows() override;

  // Whether it is one of the tables kept here.
  bool Has(const TableInfo& table) const { return slot_of_.contains(&table); }

  AnyRow Find(const TableInfo& table, std::string_view key) const override;
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override;
  void Set(const TableInfo& table, std::string_view key, AnyRow row) override;

  // Settled at once: for who has no store and nothing in flight.
  void SetSettled(const TableInfo& table, std::string_view key, AnyRow row);

  // The settled rows, whatever is in flight: what queries are answered from. What is not resident is read
  // from the store and stays there.
  const RowSource& settled() const { return settled_; }

  void CloseList();
  size_t lists_in_flight() const { return in_flight_.size(); }
  void SettleFront();
  void SettleOpen();
  void DropInFlight();

  // Settled rows the store does not have, and that no batch carries.
  size_t unwritten() const { return dirty_.size(); }
  bool HasBatch() const { return !captured_.empty(); }
  // One batch at a time.
  std::vector<CapturedRow> Capture();
  void Written();

  // Lets go what the budget does not hold, where this partition has more than its share of that.
  void Trim();
  // Nobody asks for now: lets go what the process holds beyond `rest_bytes`.
  void Rest();
  size_t bytes() const { return bytes_; }

  // Visits every settled row in the order of its key in the store. Only without a store.
  void ForEach(absl::FunctionRef<void(const std::string& key, const AnyRow& row)> visit) const;

  // Grows whenever a row of the platform's own work lists (deadlines, runs) is set or cleared: whoever keeps
  // the first of them in mind knows when to look again.
  uint64_t work_changes() const { return work_changes_; }
  // The first deadline is known: what changes behind it does not count.
  void SetFirstDeadline(Micros at);
  void SetNoDeadline();

 private:
  struct Entry {
    AnyRow settled, top;  // `top` where something is in flight.
    uint32_t in_flight = 0;
    uint32_t bytes = 0;     // Of the settled row, about.
    uint32_t touched = 0;   // Of a point table: the generation that asked last.
    bool known = false;     // `settled` is what is settled; else the store has it.
    bool dirty = false;     // Changed since it was captured,
    bool captured = false;  // and in a batch that is not written yet.
    bool clean() const { return in_flight == 0 && !dirty && !captured; }
  };
  using Entries = std::map<std::string, Entry, std::less<>>;  // Ordered by the whole key.
  struct Range {
    Entries::iterator From(std::string_view key);

    Entries entries;
    bool resident = false;
    bool too_large = false;  // Treated as points.
    uint32_t pins = 0;       // Entries that are not clean.
    uint32_t touched = 0;
  };
  struct Slot {
    const TableInfo* table;
    absl::node_hash_map<std::string, Entry> points;
    absl::node_hash_map<std::string, Range> ranges;
  };
  struct Ref {
    Slot* slot;
    Range* range;  // Null in a point table.
    const std::string* key;
    Entry* entry;
  };
  struct Change {
    Ref at;
    AnyRow row;
  };
  using ChangeList = std::vector<Change>;

  // As settled.
  class Settled final : public RowSource {
   public:
    explicit Settled(const LiveRows& rows) : rows_(rows) {}
    AnyRow Find(const TableInfo& table, std::string_view key) const override;
    void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override;

   private:
    const LiveRows& rows_;
  };

  Slot* SlotOf(const TableInfo& table) const;
  size_t RangeRowsMax() const;
  static std::string_view RangeKey(const TableInfo& table, std::string_view key, bool* whole);
  Range* RangeOf(Slot* slot, std::string_view key) const;
  // Null: it is not resident, and is not to become so.
  Range* ResidentRange(Slot* slot, std::string_view prefix) const;
  void Load(Slot* slot, const std::string& prefix, Range* range) const;
  Ref Touch(Slot* slot, std::string_view key) const;
  Entry* Know(const Ref& at) const;
  AnyRow Stored(const TableInfo& table, std::string_view key) const;
  void Count(size_t bytes) const;
  void Account(Entry* entry) const;
  void Release(const Entry& entry, const std::string& key) const;
  void Pin(const Ref& at) const;
  void Unpin(const Ref& at) const;
  bool LetGo(uint32_t before, size_t share, size_t enough);
  bool BreakRanges(size_t share, size_t enough);
  void ForgetAbsent(const Ref& at);
  void SettleChange(Change* change);
  void Drop(ChangeList* list);
  template <class ValueOf>
  void WalkRange(const Range& range, const KeyRange& keys, const ValueOf& value_of, AnyVisitor visit) const;
  // The store's rows with those laid over them that it does not have.
  template <class ValueOf>
  void WalkMerged(const Slot& slot, const KeyRange& keys, const ValueOf& value_of, AnyVisitor visit) const;

  const Options options_;
  // What is kept does not change what is answered, so asking is const.
  mutable std::vector<std::unique_ptr<Slot>> slots_;
  mutable absl::flat_hash_map<const TableInfo*, Slot*> slot_of_;
  mutable bool complete_;  // What is not in memory is nowhere.
  mutable size_t bytes_ = 0;
  mutable uint32_t generation_ = 1;
  mutable int walks_ = 0;  // Under way: no entry goes meanwhile.
  size_t trim_above_ = 0;
  ChangeList open_;
  std::deque<ChangeList> in_flight_;
  std::vector<Ref> dirty_, captured_;
  uint64_t work_changes_ = 0;
  std::string first_deadline_;
  bool any_deadline_ = true;  // All of them count.
  const Settled settled_{*this};
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_LIVE_ROWS_H_
