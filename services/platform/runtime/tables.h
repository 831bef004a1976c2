// The platform's own rows of a partition: what was refused already, which reactions lack a value, which runs
// go on.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_TABLES_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_TABLES_H_

#include <string_view>

#include "services/platform/decider/rows.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/log.h"
#include "services/platform/projection/stored.pb.h"

namespace afterbell {

namespace key {

// One of several things a record says: its index and a number.
struct Ordinal {
  static constexpr std::string_view kName = "ordinal";
  struct Read {
    uint64_t index = 0;
    int ordinal = 0;
  };
  static constexpr bool kOrdered = false;
  static Read Parse(std::string_view part);
  Ordinal(uint64_t index, int ordinal) : index(index), ordinal(ordinal) {}
  explicit Ordinal(const Read& read) : index(read.index), ordinal(read.ordinal) {}
  void AppendTo(KeyText* key) const;
  uint64_t index;
  int ordinal;
};

}  // namespace key

// The first refusal of somebody at a school (empty: in the commons) by a rule, about a subject, on a day: the
// next ones are counted alone.
inline constexpr PlatformTable<Mark, key::Id, key::Date, key::Id, key::Word, key::Word, key::Rest> kRefused{
    "p/refused", "school/date/person/rule/reason/subject", Ranged(3)};

// A reaction that lacks a parameter of policy. Runs walk them in order, and records name them by their whole
// key: its text stays as it is.
inline constexpr PlatformTable<stored::StoredBlocked, key::Word, key::Ordinal> kBlocked{
    "b", "parameter/record", Ranged(1)};
std::string BlockedText(std::string_view parameter, const key::Ordinal& ordinal);
// The key that such a text is of.
KeyOf<key::Word, key::Ordinal> BlockedKey(std::string_view text);

inline constexpr PlatformTable<stored::StoredRun, key::Id> kRuns{"p/run", "run", Queue()};

inline TableList PlatformTables() { return {&kDeadlines, &kRefused, &kBlocked, &kRuns}; }

// All that a partition keeps: its service's, the platform's, and in partition 0 the commons of its own.
TableList TablesOf(const Service& service, const PartitionId& id);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_TABLES_H_
