// Tables: what rows a service keeps, declared once, in tables.h of the folder that writes them.
//
//   inline constexpr StateTable<state::Presence, key::Id, key::Date, key::Id> kPresence{
//       "s/presence", "pupil/date/session", Ranged(1)};
//
//   s.rows.Get(kPresence, {pupil, key::Date(date), session})
//   rows.Scan(kPresence, Prefix(pupil).From(key::Date(first)), [](const auto& key, const auto& row) {…})
//
// A table says its name, the parts of its key, its row's message, who writes it (its kind) and how it is
// kept. A key of another shape, a prefix that ends in the middle of a part, a table the caller's rows do not
// reach (rows.h): none of them compiles.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_TABLE_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_TABLE_H_

#include <array>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/message_lite.h"
#include "services/platform/decider/key.h"

namespace afterbell {

// Who writes a table, and so who may read it (rows.h).
enum class Kind : unsigned {
  kState = 1,      // domain/: folded from the partition's own events.
  kFact = 2,       // intake/: folded from the same partition of another service.
  kView = 4,       // projection/: for queries; no rule reads it.
  kCommons = 8,    // platform/reference: folded from partition 0, read as of the partition's `seen`.
  kDeadline = 16,  // domain/ and intake/ set and clear them, the platform lets them fire.
  kPlatform = 32,  // The platform's own.
};

// How a table is kept in memory.
struct Keep {
  enum class How {
    kRanged,  // Rows that share the first `parts` parts of the key come and go together.
    kPoint,   // Row by row; that a row is absent is kept too.
    kQueue,   // A work list, read from its front: one range.
  };
  How how;
  int parts = 0;
};
constexpr Keep Ranged(int parts) { return {Keep::How::kRanged, parts}; }
constexpr Keep Point() { return {Keep::How::kPoint}; }
constexpr Keep Queue() { return {Keep::How::kQueue}; }

// A row that says that it is there, and no more.
using Mark = google::protobuf::Empty;

// What is known of a table without its types. Its address is what it is told apart by.
struct TableInfo {
  std::string_view name;   // "s/presence": what its keys begin with in the store.
  std::string_view words;  // "pupil/date/session": what the parts of the key are.
  Kind kind;
  Keep keep;
  int parts;                                // Of the key.
  std::span<const std::string_view> types;  // Of its parts: "id", "date", "id".
  const google::protobuf::MessageLite& (*row)();
};

template <Kind kKindOf, class RowType, KeyPartType... Parts>
struct Table : TableInfo {
  static constexpr Kind kKind = kKindOf;
  using Row = RowType;
  using Key = KeyOf<Parts...>;
  using PartsTuple = std::tuple<Parts...>;
  using KeyView = typename internal::KeyReader<PartsTuple>::View;

  consteval Table(std::string_view name, std::string_view words, Keep keep)
      : TableInfo{name, words, kKindOf, keep, sizeof...(Parts), kTypes, &Prototype} {
    int named = words.empty() ? 0 : 1;
    for (const char c : words) named += c == '/';
    if (named != sizeof...(Parts)) throw "a word for each part of the key";
    if (keep.how == Keep::How::kRanged &&
        (keep.parts < 0 || keep.parts >= static_cast<int>(sizeof...(Parts))))
      throw "a range is the first parts of a key, and not all";
  }

  static KeyView Read(std::string_view key) { return internal::KeyReader<PartsTuple>::Read(key); }

 private:
  static constexpr std::array<std::string_view, sizeof...(Parts)> kTypes = {Parts::kName...};

  static const google::protobuf::MessageLite& Prototype() { return RowType::default_instance(); }
};

template <class Row, KeyPartType... Parts>
using StateTable = Table<Kind::kState, Row, Parts...>;
template <class Row, KeyPartType... Parts>
using FactTable = Table<Kind::kFact, Row, Parts...>;
template <class Row, KeyPartType... Parts>
using ViewTable = Table<Kind::kView, Row, Parts...>;
template <class Row, KeyPartType... Parts>
using CommonsTable = Table<Kind::kCommons, Row, Parts...>;
template <class Row, KeyPartType... Parts>
using DeadlineTable = Table<Kind::kDeadline, Row, Parts...>;
template <class Row, KeyPartType... Parts>
using PlatformTable = Table<Kind::kPlatform, Row, Parts...>;

// All tables of a folder, a service or the platform.
using TableList = std::vector<const TableInfo*>;

template <class T>
concept AnyTable = requires {
  T::kKind;
  typename T::Row;
  typename T::Key;
};

template <class P, class T>
concept PrefixFor = internal::Fits<typename T::PartsTuple, P>::value;

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_TABLE_H_
