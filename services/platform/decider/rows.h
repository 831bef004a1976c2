// Rows: the state of a partition as named rows, the only thing rules read and write.
//
// A row is a protobuf message under a text key. Keys are paths of ids ("presence/<session>/
// <pupil>"); a scan walks them in byte order, so every walk is deterministic. Three kinds of
// rows live side by side, told apart by the first letter of their key:
//
//   s/…            state: folded from the partition's own events (domain/ evolves it)
//   f/<service>/…  facts: folded from the same partition of another service (intake/)
//   c/<service>/…  commons facts: folded from partition 0 of a service, its own included,
//                  and read as of this partition's `seen` (intake/)
//   v/…            views: folded from own events or facts, read by queries only (projection/)
//
// A row is folded from exactly one topic-partition; whoever needs a join reads two rows.
// Every write sets or clears a whole row, so folding a record twice is harmless.
//
// Threads: an instance is used by one thread at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_ROWS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace afterbell {

class Rows {
 public:
  // Return false to end a scan.
  using Visitor = std::function<bool(std::string_view key, std::string_view bytes)>;

  virtual ~Rows() = default;

  // The bytes of a row, or nothing.
  virtual std::optional<std::string> GetBytes(std::string_view key) const = 0;

  // Visits rows whose key begins with `prefix`, from key `from` on (inclusive; empty: from the
  // first), in byte order of their keys, until the visitor returns false.
  virtual void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const = 0;

  bool Has(std::string_view key) const { return GetBytes(key).has_value(); }

  // The row as a message; an absent row is the empty optional. A row that does not parse is a
  // defect of this program (or a schema number forgotten), so it ends the process.
  template <class Message>
  std::optional<Message> Get(std::string_view key) const {
    const std::optional<std::string> bytes = GetBytes(key);
    if (!bytes) return std::nullopt;
    std::optional<Message> row(std::in_place);
    ParseRow(key, *bytes, &*row);
    return row;
  }

  // The row, or the empty message: for rows that begin to exist with their first change.
  template <class Message>
  Message GetOrEmpty(std::string_view key) const {
    return Get<Message>(key).value_or(Message());
  }

  // visit(key, const Message&) -> bool
  template <class Message, class Visit>
  void Scan(std::string_view prefix, const Visit& visit) const {
    ScanFrom<Message>(prefix, {}, visit);
  }
  template <class Message, class Visit>
  void ScanFrom(std::string_view prefix, std::string_view from, const Visit& visit) const {
    ScanBytes(prefix, from, [&](std::string_view key, std::string_view bytes) {
      Message row;
      ParseRow(key, bytes, &row);
      return visit(key, row);
    });
  }

 protected:
  static void ParseRow(std::string_view key, std::string_view bytes, google::protobuf::MessageLite* row);
};

// Rows that can be written. What is written is read back at once through the same object.
class MutableRows : public Rows {
 public:
  virtual void PutBytes(std::string_view key, std::string bytes) = 0;
  virtual void Erase(std::string_view key) = 0;

  void Put(std::string_view key, const google::protobuf::MessageLite& row) {
    PutBytes(key, row.SerializeAsString());
  }
};

// All in memory: for tests, replay and small tools.
class MemoryRows : public MutableRows {
 public:
  std::optional<std::string> GetBytes(std::string_view key) const override;
  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override;
  void PutBytes(std::string_view key, std::string bytes) override;
  void Erase(std::string_view key) override;

  const std::map<std::string, std::string, std::less<>>& all() const { return rows_; }

 private:
  std::map<std::string, std::string, std::less<>> rows_;
};

// "presence/<a>/<b>": parts joined by '/'. Parts are ids, dates and words without '/'.
template <class... Parts>
std::string Key(std::string_view first, const Parts&... parts) {
  std::string key(first);
  ((key += '/', key += std::string_view(parts)), ...);
  return key;
}

// The part of a key at a place, counted from 0: KeyPart("s/presence/x/y", 2) is "x".
std::string_view KeyPart(std::string_view key, int place);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_ROWS_H_
