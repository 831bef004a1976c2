#include "services/platform/runtime/live_rows.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "services/platform/base/check.h"
#include "services/platform/decider/decider.h"
#include "services/platform/runtime/tables.h"

namespace afterbell {
namespace {

// What an entry costs besides its key and its row, and a row besides its fields, roughly.
constexpr size_t kEntryBytes = 160;
constexpr size_t kRowBytes = 96;
constexpr size_t kRangeBytes = 160;
// How much more than it held after a trim a partition may hold before the next.
constexpr size_t kTrimStep = 4;

[[noreturn]] void Fail(const char* what, const TableInfo& table) {
  std::fprintf(stderr, "rows: %s: table '%.*s'\n", what, static_cast<int>(table.name.size()),
               table.name.data());
  std::abort();
}

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

}  // namespace

LiveRows::LiveRows(Options options)
    : options_(std::move(options)), complete_(options_.stored == nullptr || options_.stored_is_empty) {
  for (const TableInfo* table : options_.tables) {
    slots_.push_back(std::make_unique<Slot>());
    slots_.back()->table = table;
    if (!slot_of_.emplace(table, slots_.back().get()).second) Fail("listed twice", *table);
  }
}

LiveRows::~LiveRows() {
  if (options_.budget != nullptr) options_.budget->bytes -= bytes_;
}

// ------------------------------------------------------------------------------------ finding

// Null: the commons answer.
LiveRows::Slot* LiveRows::SlotOf(const TableInfo& table) const {
  const auto slot = slot_of_.find(&table);
  if (slot != slot_of_.end()) return slot->second;
  if (table.kind != Kind::kCommons || options_.commons == nullptr) Fail("not one of this service's", table);
  return nullptr;
}

// The first parts of a key, those that a range has in common, each with its '/'. `whole`: there are as many.
std::string_view LiveRows::RangeKey(const TableInfo& table, std::string_view key, bool* whole) {
  size_t end = 0;
  const int parts = table.keep.how == Keep::How::kRanged ? table.keep.parts : 0;
  for (int part = 0; part < parts; ++part) {
    const size_t slash = key.find('/', end);
    if (slash == std::string_view::npos) {
      *whole = false;
      return key;
    }
    end = slash + 1;
  }
  *whole = true;
  return key.substr(0, end);
}

AnyRow LiveRows::Stored(const TableInfo& table, std::string_view key) const {
  return complete_ ? nullptr : options_.stored->Find(table, key);
}

// More, or, negative and wrapped around, less.
void LiveRows::Count(size_t bytes) const {
  bytes_ += bytes;
  if (options_.budget != nullptr) options_.budget->bytes += bytes;
}

void LiveRows::Account(Entry* entry) const {
  if (options_.budget == nullptr) return;
  const size_t bytes = entry->settled == nullptr ? 0 : kRowBytes + entry->settled->ByteSizeLong();
  Count(bytes - entry->bytes);
  entry->bytes = static_cast<uint32_t>(bytes);
}

void LiveRows::Release(const Entry& entry, const std::string& key) const {
  Count(-(kEntryBytes + key.size() + entry.bytes));
}

size_t LiveRows::RangeRowsMax() const {
  return options_.budget == nullptr ? SIZE_MAX : options_.budget->range_rows_max;
}

LiveRows::Range* LiveRows::RangeOf(Slot* slot, std::string_view key) const {
  bool whole = false;
  const std::string_view prefix = RangeKey(*slot->table, key, &whole);
  const auto found = slot->ranges.find(View(prefix));
  if (found != slot->ranges.end()) {
    found->second.touched = generation_;
    return &found->second;
  }
  Range& range = slot->ranges.try_emplace(std::string(prefix)).first->second;
  range.touched = generation_;
  Count(kRangeBytes + prefix.size());
  return &range;
}

void LiveRows::Load(Slot* slot, const std::string& prefix, Range* range) const {
  if (range->resident || range->too_large) return;
  if (complete_) {
    range->resident = true;
    return;
  }
  size_t rows = 0;
  std::vector<std::pair<std::string, AnyRow>> found;
  options_.stored->Walk(*slot->table, {prefix, {}, {}}, [&](std::string_view key, const AnyRow& row) {
    found.emplace_back(key, row);
    return ++rows <= RangeRowsMax();
  });
  if (rows > RangeRowsMax()) {
    range->too_large = true;
    return;
  }
  for (auto& [key, row] : found) {
    const auto [at, added] = range->entries.try_emplace(std::move(key));
    Entry& entry = at->second;
    if (added) Count(kEntryBytes + at->first.size());
    if (entry.known) continue;  // Memory is newer.
    entry.known = true;
    entry.settled = std::move(row);
    Account(&entry);
  }
  for (auto& [key, entry] : range->entries) entry.known = true;  // Not in the store: absent.
  range->resident = true;
}

// The first entry that is not before a key. What is asked for is mostly the newest row of its range, or a
// newer one: then no search is needed.
LiveRows::Entries::iterator LiveRows::Range::From(std::string_view key) {
  if (entries.empty()) return entries.end();
  const auto last = std::prev(entries.end());
  const int order = key.compare(last->first);
  return order > 0 ? entries.end() : order == 0 ? last : entries.lower_bound(key);
}

// The entry of a key, made where there is none. Whether it is known is another matter.
LiveRows::Ref LiveRows::Touch(Slot* slot, std::string_view key) const {
  Ref at{slot, nullptr, nullptr, nullptr};
  if (slot->table->keep.how == Keep::How::kPoint) {
    auto found = slot->points.find(View(key));
    if (found == slot->points.end()) {
      found = slot->points.try_emplace(std::string(key)).first;
      Count(kEntryBytes + key.size());
      found->second.known = complete_;
    }
    found->second.touched = generation_;
    at.key = &found->first;
    at.entry = &found->second;
    return at;
  }
  at.range = RangeOf(slot, key);
  auto found = at.range->From(key);
  if (found == at.range->entries.end() || found->first != key) {
    found = at.range->entries.try_emplace(found, std::string(key));
    Count(kEntryBytes + key.size());
    found->second.known = complete_ || at.range->resident;
    if (at.range->entries.size() > RangeRowsMax()) {  // It has grown: points from here on.
      at.range->too_large = true;
      at.range->resident = false;
    }
  }
  at.key = &found->first;
  at.entry = &found->second;
  return at;
}

LiveRows::Entry* LiveRows::Know(const Ref& at) const {
  if (!at.entry->known) {
    at.entry->settled = Stored(*at.slot->table, *at.key);
    at.entry->known = true;
    Account(at.entry);
  }
  return at.entry;
}

AnyRow LiveRows::Find(const TableInfo& table, std::string_view key) const {
  Slot* const slot = SlotOf(table);
  if (slot == nullptr) return options_.commons->Find(table, key);
  if (table.keep.how != Keep::How::kPoint) {
    Range* const range = RangeOf(slot, key);
    const auto found = range->From(key);
    const bool is_here = found != range->entries.end() && found->first == key;
    if (is_here && found->second.in_flight > 0) return found->second.top;
    if (is_here && found->second.known) return found->second.settled;
    if (!range->resident && !range->too_large) {
      bool whole = false;
      Load(slot, std::string(RangeKey(table, key, &whole)), range);
      if (range->resident) {
        const auto loaded = range->entries.find(key);
        return loaded == range->entries.end() ? nullptr : loaded->second.settled;
      }
    }
    if (range->resident) return nullptr;
  }
  const Ref at = Touch(slot, key);
  return at.entry->in_flight > 0 ? at.entry->top : Know(at)->settled;
}

LiveRows::Range* LiveRows::ResidentRange(Slot* slot, std::string_view prefix) const {
  if (slot->table->keep.how == Keep::How::kPoint) return nullptr;
  bool whole = false;
  const std::string_view of = RangeKey(*slot->table, prefix, &whole);
  if (!whole) return nullptr;
  Range* const range = RangeOf(slot, of);
  Load(slot, std::string(of), range);
  return range->resident ? range : nullptr;
}

template <class ValueOf>
void LiveRows::WalkRange(const Range& range, const KeyRange& keys, const ValueOf& value_of,
                         AnyVisitor visit) const {
  ++walks_;
  for (auto at = range.entries.lower_bound(keys.first()); at != range.entries.end() && keys.Holds(at->first);
       ++at) {
    // Held while it is visited: the visitor may change rows.
    if (const AnyRow row = value_of(at->second); row != nullptr && !visit(at->first, row)) break;
  }
  --walks_;
}

template <class ValueOf>
void LiveRows::WalkMerged(const Slot& slot, const KeyRange& keys, const ValueOf& value_of,
                          AnyVisitor visit) const {
  std::map<std::string_view, AnyRow> over;
  const auto lay = [&](const Ref& at) {
    if (at.slot != &slot || !keys.Holds(*at.key)) return;
    // One that is known by its top alone is the store's as settled.
    if (at.entry->known || at.entry->in_flight > 0) {
      bool known = true;
      AnyRow row = value_of(*at.entry, &known);
      if (known) over[*at.key] = std::move(row);
    }
  };
  for (const Ref& at : dirty_) lay(at);
  for (const Ref& at : captured_) lay(at);
  for (const ChangeList& list : in_flight_) {
    for (const Change& change : list) lay(change.at);
  }
  for (const Change& change : open_) lay(change.at);
  if (complete_) {  // Clean ones are in no list.
    for (const auto& [key, entry] : slot.points) {
      bool known = true;
      if (keys.Holds(key)) over[key] = value_of(entry, &known);
    }
    for (const auto& [prefix, range] : slot.ranges) {
      for (auto at = range.entries.lower_bound(keys.first());
           at != range.entries.end() && keys.Holds(at->first); ++at) {
        bool known = true;
        over[at->first] = value_of(at->second, &known);
      }
    }
  }
  auto top = over.begin();
  bool going = true;
  const auto visit_top = [&] {
    if (top->second != nullptr) going = visit(top->first, top->second);
    ++top;
  };
  if (!complete_) {
    options_.stored->Walk(*slot.table, keys, [&](std::string_view key, const AnyRow& row) {
      while (going && top != over.end() && top->first < key) visit_top();
      if (!going) return false;
      if (top != over.end() && top->first == key) {
        visit_top();
      } else {
        going = visit(key, row);
      }
      return going;
    });
  }
  while (going && top != over.end()) visit_top();
}

void LiveRows::Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const {
  Slot* const slot = SlotOf(table);
  if (slot == nullptr) return options_.commons->Walk(table, range, visit);
  if (const Range* resident = ResidentRange(slot, range.prefix)) {
    const auto value = [](const Entry& entry) { return entry.in_flight > 0 ? entry.top : entry.settled; };
    return WalkRange(*resident, range, value, visit);
  }
  const auto value = [](const Entry& entry, bool*) {
    return entry.in_flight > 0 ? entry.top : entry.settled;
  };
  WalkMerged(*slot, range, value, visit);
}

AnyRow LiveRows::Settled::Find(const TableInfo& table, std::string_view key) const {
  const Slot* const slot = rows_.SlotOf(table);
  if (slot == nullptr) return rows_.options_.commons->Find(table, key);
  if (table.keep.how == Keep::How::kPoint) {
    const auto found = slot->points.find(View(key));
    if (found != slot->points.end() && found->second.known) return found->second.settled;
    return rows_.Stored(table, key);
  }
  bool whole = false;
  const auto range = slot->ranges.find(View(RangeKey(table, key, &whole)));
  if (range == slot->ranges.end()) return rows_.Stored(table, key);
  const auto found = range->second.entries.find(key);
  if (found != range->second.entries.end() && found->second.known) return found->second.settled;
  return range->second.resident ? nullptr : rows_.Stored(table, key);
}

void LiveRows::Settled::Walk(const TableInfo& table, const KeyRange& keys, AnyVisitor visit) const {
  const Slot* const slot = rows_.SlotOf(table);
  if (slot == nullptr) return rows_.options_.commons->Walk(table, keys, visit);
  bool whole = false;
  const auto range = table.keep.how == Keep::How::kPoint
                         ? slot->ranges.end()
                         : slot->ranges.find(View(RangeKey(table, keys.prefix, &whole)));
  if (whole && range != slot->ranges.end() && (range->second.resident || rows_.complete_)) {
    return rows_.WalkRange(
        range->second, keys, [](const Entry& entry) { return entry.settled; }, visit);
  }
  if (whole && table.keep.how != Keep::How::kPoint && rows_.complete_)
    return;  // What is not here is nowhere.
  const auto value = [](const Entry& entry, bool* known) {
    *known = entry.known;
    return entry.settled;
  };
  rows_.WalkMerged(*slot, keys, value, visit);
}

// ------------------------------------------------------------------------------------ changing

void LiveRows::Pin(const Ref& at) const {
  if (at.range != nullptr && at.entry->clean()) ++at.range->pins;
}

void LiveRows::Unpin(const Ref& at) const {
  if (at.range == nullptr || !at.entry->clean()) return;
  AFTERBELL_CHECK(at.range->pins > 0);
  --at.range->pins;
}

void LiveRows::Set(const TableInfo& table, std::string_view key, AnyRow row) {
  Slot* const slot = SlotOf(table);
  if (slot == nullptr) Fail("commons of others are not written here", table);
  if ((&table == &kDeadlines && (any_deadline_ || key <= first_deadline_)) || &table == &kRuns)
    ++work_changes_;
  const Ref at = Touch(slot, key);
  Pin(at);
  ++at.entry->in_flight;
  at.entry->top = row;
  open_.push_back({at, std::move(row)});
}

void LiveRows::SetSettled(const TableInfo& table, std::string_view key, AnyRow row) {
  Slot* const slot = SlotOf(table);
  if (slot == nullptr) Fail("commons of others are not written here", table);
  if (options_.stored != nullptr) Fail("it has a store", table);
  const Ref at = Touch(slot, key);
  at.entry->settled = std::move(row);
  at.entry->known = true;
  Account(at.entry);
  ForgetAbsent(at);
}

// In a resident range what is not there is absent: a row that is gone leaves nothing behind, or whoever looks
// for the first of many that come and go would walk over all that went.
void LiveRows::ForgetAbsent(const Ref& at) {
  if (at.range == nullptr || walks_ > 0 || at.entry->settled != nullptr || !at.entry->clean()) return;
  if (!at.range->resident && !complete_) return;
  Release(*at.entry, *at.key);
  at.range->entries.erase(at.range->entries.find(*at.key));
}

void LiveRows::CloseList() { in_flight_.push_back(std::exchange(open_, {})); }

void LiveRows::SettleChange(Change* change) {
  Entry& entry = *change->at.entry;
  AFTERBELL_CHECK(entry.in_flight > 0);
  entry.settled = std::move(change->row);
  entry.known = true;
  Account(&entry);
  if (--entry.in_flight == 0) entry.top = nullptr;
  if (entry.dirty) return;
  if (options_.stored == nullptr) return Unpin(change->at);
  entry.dirty = true;
  dirty_.push_back(change->at);
}

void LiveRows::SettleFront() {
  AFTERBELL_CHECK(!in_flight_.empty());
  ChangeList list = std::move(in_flight_.front());
  in_flight_.pop_front();
  for (Change& change : list) SettleChange(&change);
}

void LiveRows::SettleOpen() {
  AFTERBELL_CHECK(in_flight_.empty());  // They would stand before it.
  ChangeList list = std::exchange(open_, {});
  for (Change& change : list) SettleChange(&change);
}

void LiveRows::Drop(ChangeList* list) {
  for (Change& change : *list) {
    Entry& entry = *change.at.entry;
    AFTERBELL_CHECK(entry.in_flight > 0);
    if (--entry.in_flight == 0) entry.top = nullptr;
    Unpin(change.at);
  }
}

void LiveRows::DropInFlight() {
  for (ChangeList& list : in_flight_) Drop(&list);
  in_flight_.clear();
  Drop(&open_);
  open_.clear();
  any_deadline_ = true;
  ++work_changes_;
}

void LiveRows::SetFirstDeadline(Micros at) {
  any_deadline_ = false;
  first_deadline_ = InstantText(at) + "~";
}

void LiveRows::SetNoDeadline() { any_deadline_ = true; }

// ------------------------------------------------------------------------------------ the store

std::vector<CapturedRow> LiveRows::Capture() {
  AFTERBELL_CHECK(captured_.empty());  // One batch at a time.
  captured_ = std::exchange(dirty_, {});
  std::vector<CapturedRow> rows;
  rows.reserve(captured_.size());
  for (const Ref& at : captured_) {
    at.entry->dirty = false;
    at.entry->captured = true;
    rows.push_back({at.slot->table, at.key, at.entry->settled});
  }
  return rows;
}

void LiveRows::Written() {
  for (const Ref& at : captured_) {
    AFTERBELL_CHECK(at.entry->captured);
    at.entry->captured = false;
    Unpin(at);
    ForgetAbsent(at);
  }
  captured_.clear();
}

void LiveRows::Trim() {
  if (options_.budget == nullptr || options_.stored == nullptr) return;
  const RowBudget& budget = *options_.budget;
  const size_t share = budget.bytes_max / std::max<size_t>(1, budget.partitions);
  if (bytes_ <= std::max(share, trim_above_) || budget.bytes <= budget.bytes_max) return;
  // Some more than must be, so that it need not be done again at once.
  const size_t enough = budget.bytes_max - budget.bytes_max / kTrimStep;
  // What was asked for since the last trim stays, unless that alone is too much.
  const bool found = LetGo(generation_, share, enough) || LetGo(generation_ + 1, share, enough) ||
                     BreakRanges(share, enough);
  ++generation_;
  trim_above_ = found ? 0 : bytes_ + bytes_ / kTrimStep;
}

void LiveRows::Rest() {
  if (options_.budget == nullptr || options_.stored == nullptr) return;
  if (!LetGo(generation_ + 1, 0, options_.budget->rest_bytes)) BreakRanges(0, options_.budget->rest_bytes);
}

// Lets clean entries go from ranges of which others must stay, so that these are resident no more. A range
// may be long and one row of it change all the time.
bool LiveRows::BreakRanges(size_t share, size_t enough) {
  for (const auto& slot : slots_) {
    for (auto& [prefix, range] : slot->ranges) {
      if (bytes_ <= share || options_.budget->bytes <= enough) return true;
      for (auto at = range.entries.begin(); at != range.entries.end();) {
        const auto here = at++;
        if (!here->second.clean()) continue;
        Release(here->second, here->first);
        range.entries.erase(here);
        range.resident = false;
        complete_ = false;
      }
    }
  }
  return bytes_ <= share || options_.budget->bytes <= enough;
}

// Lets clean entries go that were not touched since a generation, until this partition holds no more than a
// share, or the process no more than is enough; false when there are none left.
bool LiveRows::LetGo(uint32_t before, size_t share, size_t enough) {
  const auto is_done = [&] { return bytes_ <= share || options_.budget->bytes <= enough; };
  for (const auto& slot : slots_) {
    for (auto at = slot->points.begin(); at != slot->points.end() && !is_done();) {
      const auto here = at++;
      if (!here->second.clean() || here->second.touched >= before) continue;
      Release(here->second, here->first);
      slot->points.erase(here);
      complete_ = false;
    }
    for (auto at = slot->ranges.begin(); at != slot->ranges.end() && !is_done();) {
      const auto here = at++;
      if (here->second.pins > 0 || here->second.touched >= before) continue;
      for (const auto& [key, entry] : here->second.entries) Release(entry, key);
      Count(-(kRangeBytes + here->first.size()));
      slot->ranges.erase(here);
      complete_ = false;
    }
  }
  return is_done();
}

void LiveRows::ForEach(absl::FunctionRef<void(const std::string& key, const AnyRow& row)> visit) const {
  AFTERBELL_CHECK(options_.stored == nullptr);
  std::map<std::string, AnyRow> all;
  for (const auto& slot : slots_) {
    for (const auto& [key, entry] : slot->points) {
      if (entry.settled != nullptr) all[StoreKey(*slot->table, key)] = entry.settled;
    }
    for (const auto& [prefix, range] : slot->ranges) {
      for (const auto& [key, entry] : range.entries) {
        if (entry.settled != nullptr) all[StoreKey(*slot->table, key)] = entry.settled;
      }
    }
  }
  for (const auto& [key, row] : all) visit(key, row);
}

}  // namespace afterbell
