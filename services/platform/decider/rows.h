// Rows: the state of a partition as rows of tables (table.h), the only thing rules read and write.
//
// A row is an immutable protobuf message; a change puts another one in its place. Scans walk rows in the
// order of their keys' text, so every walk is deterministic. A row is folded from exactly one
// topic-partition; whoever needs a join reads two rows. Every write sets or clears a whole row, so folding a
// record twice is harmless.
//
// Rows are reached through one of these, and a table that it does not reach does not compile:
//
//   Rows       decide, react: state, facts, commons, deadlines       reads alone
//   StateRows  evolve:        the same                               writes state, commons of its own,
//   deadlines FactRows   intake:        the same                               writes facts, deadlines
//   IntakeRows both intake and the projection of what others recorded
//   QueryRows  queries:       the same and views                     reads alone
//   ViewRows   projection:    the same and views                     writes views
//   AllRows    the platform, and tests that set a scene; AllRowsRead
//
// Who is given more may hand on less: a query may call what a rule calls. They are as cheap to copy as a
// pointer, and used as long as what they were made from.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_ROWS_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "services/platform/decider/table.h"

namespace afterbell {

// A row as it was asked for, or null. It stays as it is, whatever is put in its place.
template <class Row>
using RowPtr = std::shared_ptr<const Row>;

// A row of any table; null: there is none.
using AnyRow = RowPtr<google::protobuf::MessageLite>;

// Where rows are: a partition at work, memory, a store. `key` is the text of a key of that table.
class RowSource {
 public:
  // Return false to end a walk.
  using AnyVisitor = absl::FunctionRef<bool(std::string_view key, const AnyRow& row)>;

  virtual ~RowSource() = default;

  virtual AnyRow Find(const TableInfo& table, std::string_view key) const = 0;
  // In the order of keys.
  virtual void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const = 0;
};

// What is written is read back at once through the same object.
class RowSink : public RowSource {
 public:
  // Null: cleared.
  virtual void Set(const TableInfo& table, std::string_view key, AnyRow row) = 0;
};

// A row from its bytes. One that does not parse is a defect of this program (or a revision forgotten), so it
// ends the process.
AnyRow ParseRow(const TableInfo& table, std::string_view key, std::string_view bytes);

// "s/presence/<pupil>/…": a row's key among all rows of a partition.
std::string StoreKey(const TableInfo& table, std::string_view key);

constexpr unsigned Mask(Kind kind) { return static_cast<unsigned>(kind); }
inline constexpr unsigned kRuleKinds =
    Mask(Kind::kState) | Mask(Kind::kFact) | Mask(Kind::kCommons) | Mask(Kind::kDeadline);
inline constexpr unsigned kQueryKinds = kRuleKinds | Mask(Kind::kView);
inline constexpr unsigned kEveryKind = kQueryKinds | Mask(Kind::kPlatform);

template <unsigned kReads>
class RowsOf {
 public:
  template <class T>
  static constexpr bool kMayRead = (Mask(T::kKind) & kReads) != 0;

  RowsOf(const RowSource& source) : source_(&source) {}  // NOLINT: handed to what reads less than it has.
  template <unsigned kMore>
  requires((kMore & kReads) == kReads && kMore != kReads) RowsOf(const RowsOf<kMore>& more)
      : source_(&more.source()) {}  // NOLINT

  template <AnyTable T>
  requires(kMayRead<T>) RowPtr<typename T::Row> Get(const T& table, const typename T::Key& key)
  const {
    KeyText text;
    key.AppendTo(&text);
    return std::static_pointer_cast<const typename T::Row>(source_->Find(table, text.view()));
  }

  // A copy of the row, or the empty message: for rows that begin to exist with their first change.
  template <AnyTable T>
  requires(kMayRead<T>) typename T::Row GetOrEmpty(const T& table, const typename T::Key& key) const {
    const auto row = Get(table, key);
    return row == nullptr ? typename T::Row() : *row;
  }

  template <AnyTable T>
  requires(kMayRead<T>) bool Has(const T& table, const typename T::Key& key) const {
    KeyText text;
    key.AppendTo(&text);
    return source_->Find(table, text.view()) != nullptr;
  }

  // Visits the rows whose keys begin so, in the order of their text. The visitor takes (key, row), where
  // `key` is a tuple (`const auto& [pupil, date, session] = key`), or the row alone, or of a table of marks
  // the key alone; a row is a `const Row&`, or a `const RowPtr<Row>&` for who keeps it. It returns nothing,
  // or false to end the scan.
  template <AnyTable T, PrefixFor<T> P, class Visit>
  requires(kMayRead<T>) void Scan(const T& table, const P& prefix, const Visit& visit) const {
    const RangeText range(prefix);
    source_->Walk(table, range.get(),
                  [&](std::string_view key, const AnyRow& row) { return Call<T>(visit, key, row); });
  }

  // The same with keys as text and rows as they are, and where to begin given as a text: for pages
  // (paging.h).
  template <AnyTable T, PrefixFor<T> P, class Visit>
  requires(kMayRead<T>) void ScanFromText(const T& table, const P& prefix, std::string_view from,
                                          const Visit& visit) const {
    const RangeText text(prefix);
    KeyRange range = text.get();
    if (from > range.first()) range.from = from;
    source_->Walk(table, range, visit);
  }
  template <class T, class Visit>
  static bool Call(const Visit& visit, std::string_view key, const AnyRow& any) {
    using View = typename T::KeyView;
    using Row = typename T::Row;
    if constexpr (std::is_same_v<Row, Mark>) {
      return Going(visit, T::Read(key));
    } else if constexpr (std::is_invocable_v<const Visit&, const View&, const Row&>) {
      return Going(visit, T::Read(key), static_cast<const Row&>(*any));
    } else if constexpr (std::is_invocable_v<const Visit&, const Row&>) {
      return Going(visit, static_cast<const Row&>(*any));
    } else if constexpr (std::is_invocable_v<const Visit&, const View&, const RowPtr<Row>&>) {
      return Going(visit, T::Read(key), std::static_pointer_cast<const Row>(any));
    } else {
      return Going(visit, std::static_pointer_cast<const Row>(any));
    }
  }

  const RowSource& source() const { return *source_; }

 protected:
  // A prefix as text.
  class RangeText {
   public:
    template <class Bound, class... Args>
    explicit RangeText(const PrefixOf<Bound, Args...>& prefix) {
      std::apply([this](const Args&... arg) { (AppendPart(arg), ...); }, prefix.args());
      if constexpr (!std::is_same_v<Bound, NoBound>) {
        if (prefix.from()) Make(*prefix.from(), &from_);
        if (prefix.until()) {
          Make(*prefix.until(), &until_);
          until_.Append(kBehindSlash);
        }
      }
    }
    KeyRange get() const { return {prefix_.view(), from_.view(), until_.view()}; }

   private:
    static constexpr char kBehindSlash = '/' + 1;

    template <class Arg>
    void AppendPart(const Arg& arg) {
      if constexpr (std::is_same_v<Arg, std::string_view>) {
        prefix_.Append(arg);
      } else {
        arg.AppendTo(&prefix_);
      }
      prefix_.Append('/');
    }
    template <class Bound>
    void Make(const Bound& bound, KeyText* text) const {
      text->Append(prefix_.view());
      bound.AppendTo(text);
    }

    KeyText prefix_, from_, until_;
  };

 private:
  template <class Visit, class... Args>
  static bool Going(const Visit& visit, const Args&... args) {
    if constexpr (std::is_void_v<std::invoke_result_t<const Visit&, const Args&...>>) {
      visit(args...);
      return true;
    } else {
      return visit(args...);
    }
  }

  const RowSource* source_;
};

template <unsigned kReads, unsigned kWrites>
class WritableRowsOf : public RowsOf<kReads> {
 public:
  template <class T>
  static constexpr bool kMayWrite = (Mask(T::kKind) & kWrites) != 0;

  WritableRowsOf(RowSink& sink) : RowsOf<kReads>(sink), sink_(&sink) {}  // NOLINT: as above.
  template <unsigned kMoreReads, unsigned kMoreWrites>
  requires((kMoreReads & kReads) == kReads && (kMoreWrites & kWrites) == kWrites &&
           (kMoreReads != kReads || kMoreWrites != kWrites))
      WritableRowsOf(const WritableRowsOf<kMoreReads, kMoreWrites>& more)  // NOLINT
      : RowsOf<kReads>(more.sink()), sink_(&more.sink()) {}

  // A row that is moved here is not asked for its key in the same call: C++ does not say which comes first.
  template <AnyTable T>
  requires(kMayWrite<T>) void Put(const T& table, const typename T::Key& key, typename T::Row row) {
    Set(table, key, std::make_shared<const typename T::Row>(std::move(row)));
  }
  // Of a table of marks.
  template <AnyTable T>
  requires(kMayWrite<T>&& std::is_same_v<typename T::Row, Mark>) void Put(const T& table,
                                                                          const typename T::Key& key) {
    static const AnyRow mark = std::make_shared<const Mark>();
    Set(table, key, mark);
  }
  template <AnyTable T>
  requires(kMayWrite<T>) void Erase(const T& table, const typename T::Key& key) { Set(table, key, nullptr); }

  RowSink& sink() const { return *sink_; }

 private:
  template <class T>
  void Set(const T& table, const typename T::Key& key, AnyRow row) {
    KeyText text;
    key.AppendTo(&text);
    sink_->Set(table, text.view(), std::move(row));
  }

  RowSink* sink_;
};

using Rows = RowsOf<kRuleKinds>;
using QueryRows = RowsOf<kQueryKinds>;
using StateRows =
    WritableRowsOf<kRuleKinds, Mask(Kind::kState) | Mask(Kind::kCommons) | Mask(Kind::kDeadline)>;
using FactRows = WritableRowsOf<kRuleKinds, Mask(Kind::kFact) | Mask(Kind::kDeadline)>;
using IntakeRows = WritableRowsOf<kQueryKinds, Mask(Kind::kFact) | Mask(Kind::kDeadline) | Mask(Kind::kView)>;
using ViewRows = WritableRowsOf<kQueryKinds, Mask(Kind::kView)>;
using DeadlineRows = WritableRowsOf<kRuleKinds, Mask(Kind::kDeadline)>;
using AllRowsRead = RowsOf<kEveryKind>;
using AllRows = WritableRowsOf<kEveryKind, kEveryKind>;

// All in memory, of any tables: for tests and small tools.
class MemoryRows : public RowSink {
 public:
  AnyRow Find(const TableInfo& table, std::string_view key) const override;
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override;
  void Set(const TableInfo& table, std::string_view key, AnyRow row) override;

  // Every row as a store would hold it.
  std::map<std::string, std::string, std::less<>> all() const;

 private:
  std::map<std::string, AnyRow, std::less<>> rows_;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_ROWS_H_
