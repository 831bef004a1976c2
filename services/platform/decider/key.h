// Keys of rows: a tuple of typed parts, kept as text in the order of its bytes.
//
//   key::Id "p7f3…"      key::Word "TO_GUARDIAN"     key::Date "2026-09-01"     key::Month "2026-09"
//   key::Instant micros  key::Index of a record      key::Number 2              key::Rest "s1/x", the end
//
// Only ids are made from a string without being named: who gives a date where an id stands does not compile.
// Parts of one width (dates, months, instants, indices) sort as what they say does, so a scan may run from
// one to another of them; it never runs over letters.
//
// Parts refer to the text they are made from, which must live as long as they do: a whole expression, or the
// scope of a key that is given a name.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_KEY_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_KEY_H_

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "services/platform/base/time.h"

namespace afterbell {

// The text of a key while it is made: most need no memory of their own.
class KeyText {
 public:
  void Append(std::string_view part) {
    if (!large_.empty() || size_ + part.size() > kSmallBytes) return AppendLarge(part);
    part.copy(small_ + size_, part.size());
    size_ += part.size();
  }
  void Append(char c) { Append(std::string_view(&c, 1)); }
  void DropLast() { large_.empty() ? void(--size_) : large_.pop_back(); }
  std::string_view view() const { return large_.empty() ? std::string_view(small_, size_) : large_; }

 private:
  static constexpr size_t kSmallBytes = 120;

  void AppendLarge(std::string_view part);

  size_t size_ = 0;
  char small_[kSmallBytes];
  std::string large_;  // The whole text, once it is too long.
};

namespace key {

// What a string that a caller holds can be taken for.
template <class Text>
concept TextLike = std::is_convertible_v<const Text&, std::string_view>;

// Text without '/'.
struct TextPart {
  using Read = std::string_view;
  static constexpr bool kOrdered = false;
  static Read Parse(std::string_view part) { return part; }
  void AppendTo(KeyText* key) const { key->Append(text); }
  std::string_view text;
};

// Random or derived, of anything. The one part that needs no name.
struct Id : TextPart {
  static constexpr std::string_view kName = "id";
  template <TextLike Text>
  Id(const Text& id) : TextPart{id} {}  // NOLINT: see above.
};

// A word of a closed list: a kind, a state, a role, a key of policy.
struct Word : TextPart {
  static constexpr std::string_view kName = "word";
  explicit Word(std::string_view word) : TextPart{word} {}
};

// "2026-09-01", local to the school.
struct Date : TextPart {
  static constexpr std::string_view kName = "date";
  static constexpr bool kOrdered = true;
  explicit Date(std::string_view date) : TextPart{date} {}
};

// "2026-09"
struct Month : TextPart {
  static constexpr std::string_view kName = "month";
  static constexpr bool kOrdered = true;
  explicit Month(std::string_view month) : TextPart{month} {}
};

// All that remains, '/' too. Only as the last part.
struct Rest : TextPart {
  static constexpr std::string_view kName = "rest";
  explicit Rest(std::string_view rest) : TextPart{rest} {}
};

// A moment: its text sorts as time does.
struct Instant {
  static constexpr std::string_view kName = "instant";
  using Read = Micros;
  static constexpr bool kOrdered = true;
  static Read Parse(std::string_view part) { return MicrosOfText(part); }
  explicit Instant(Micros at) : at(at) {}
  void AppendTo(KeyText* key) const { key->Append(InstantText(at)); }
  Micros at;
};

// The index of a record: sorts as numbers do.
struct Index {
  static constexpr std::string_view kName = "index";
  using Read = uint64_t;
  static constexpr bool kOrdered = true;
  static Read Parse(std::string_view part);
  explicit Index(uint64_t index) : index(index) {}
  void AppendTo(KeyText* key) const;
  uint64_t index;
};

// A small number, as people write it: 10 sorts before 2.
struct Number {
  static constexpr std::string_view kName = "number";
  using Read = int64_t;
  static constexpr bool kOrdered = false;
  static Read Parse(std::string_view part);
  explicit Number(int64_t number) : number(number) {}
  void AppendTo(KeyText* key) const;
  int64_t number;
};

}  // namespace key

template <class T>
concept KeyPartType = requires(const T part, KeyText* text, std::string_view read) {
  part.AppendTo(text);
  { T::Parse(read) } -> std::convertible_to<typename T::Read>;
  { T::kOrdered } -> std::convertible_to<bool>;
  { T::kName } -> std::convertible_to<std::string_view>;  // For people, and for the schema (schema.h).
};

// A whole key. One braced list makes it: rows.Get(kPresence, {pupil, key::Date(date), session}).
template <KeyPartType... Parts>
struct KeyOf {
  KeyOf(Parts... part) : parts(part...) {}  // NOLINT: made from a braced list.

  void AppendTo(KeyText* text) const {
    std::apply([text](const Parts&... part) { ((part.AppendTo(text), text->Append('/')), ...); }, parts);
    text->DropLast();
  }

  std::tuple<Parts...> parts;
};
template <>
struct KeyOf<> {  // Of a table with one row.
  void AppendTo(KeyText*) const {}
};

// The first parts of a key, and bounds on the one that follows, both inclusive:
//   Prefix(school, session)      Prefix(pupil).From(key::Date(a)).Until(key::Date(b))      Prefix()
struct NoBound {};

template <class Bound, class... Args>
class PrefixOf {
 public:
  explicit PrefixOf(std::tuple<Args...> args) : args_(std::move(args)) {}

  template <KeyPartType Part>
  PrefixOf<Part, Args...> From(Part part) const {
    PrefixOf<Part, Args...> bounded(args_);
    if constexpr (std::is_same_v<Bound, Part>) bounded.until_ = until_;
    bounded.from_ = part;
    return bounded;
  }
  template <KeyPartType Part>
  PrefixOf<Part, Args...> Until(Part part) const {
    PrefixOf<Part, Args...> bounded(args_);
    if constexpr (std::is_same_v<Bound, Part>) bounded.from_ = from_;
    bounded.until_ = part;
    return bounded;
  }

  const std::tuple<Args...>& args() const { return args_; }
  const std::optional<Bound>& from() const { return from_; }
  const std::optional<Bound>& until() const { return until_; }

 private:
  template <class, class...>
  friend class PrefixOf;
  std::tuple<Args...> args_;
  std::optional<Bound> from_, until_;
};

// Strings are looked at, not copied; parts are small.
template <class... Args>
auto Prefix(const Args&... args) {
  return PrefixOf<NoBound, std::conditional_t<key::TextLike<Args>, std::string_view, Args>...>(
      std::tuple<std::conditional_t<key::TextLike<Args>, std::string_view, Args>...>(args...));
}

namespace internal {

// Whether arguments are the first of some parts, in order.
template <class PartsTuple, class ArgsTuple, size_t... I>
constexpr bool AreFirst(std::index_sequence<I...>) {
  return (std::is_convertible_v<std::tuple_element_t<I, ArgsTuple>, std::tuple_element_t<I, PartsTuple>> &&
          ...);
}

template <class Bound, size_t kPlace, class PartsTuple>
constexpr bool BoundFits() {
  if constexpr (std::is_same_v<Bound, NoBound>) {
    return true;
  } else {
    return std::is_same_v<Bound, std::tuple_element_t<kPlace, PartsTuple>> && Bound::kOrdered;
  }
}

template <class PartsTuple, class P>
struct Fits : std::false_type {};
template <class PartsTuple, class Bound, class... Args>
struct Fits<PartsTuple, PrefixOf<Bound, Args...>> {
  static constexpr bool Check() {
    if constexpr (sizeof...(Args) >= std::tuple_size_v<PartsTuple>) {
      return false;  // That is a key: Get.
    } else {
      return AreFirst<PartsTuple, std::tuple<Args...>>(std::index_sequence_for<Args...>()) &&
             BoundFits<Bound, sizeof...(Args), PartsTuple>();
    }
  }
  static constexpr bool value = Check();
};

// Cuts the parts of a key apart.
template <class PartsTuple>
struct KeyReader;
template <class... Parts>
struct KeyReader<std::tuple<Parts...>> {
  using View = std::tuple<typename Parts::Read...>;

  static View Read(std::string_view key) {
    return View{Next<Parts>(&key)...};  // Braces: in order.
  }

 private:
  template <class Part>
  static typename Part::Read Next(std::string_view* key) {
    if constexpr (std::is_same_v<Part, afterbell::key::Rest>) return *key;
    const size_t slash = key->find('/');
    const std::string_view part = key->substr(0, slash);
    key->remove_prefix(slash == std::string_view::npos ? key->size() : slash + 1);
    return Part::Parse(part);
  }
};

}  // namespace internal

// A stretch of a table's keys, as text: those that begin with `prefix`, from `from` on, before `until`. An
// empty bound is none.
struct KeyRange {
  std::string_view prefix, from, until;

  std::string_view first() const { return from > prefix ? from : prefix; }
  bool Holds(std::string_view key) const {
    return key.substr(0, prefix.size()) == prefix && key >= from && (until.empty() || key < until);
  }
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_KEY_H_
