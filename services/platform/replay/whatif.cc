#include "services/platform/replay/whatif.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/replay/parallel.h"
#include "services/platform/replay/player.h"
#include "services/platform/replay/tally.h"

namespace afterbell::replay {
namespace {

// All services of one partition number, in merged recorded order.
class NumberPlayer {
 public:
  NumberPlayer(const History& history, const std::vector<const Service*>& services,
               const std::map<std::string, EventReader>& events, const WhatIfOptions& options,
               uint32_t number)
      : tally_(options, number) {
    for (const PartitionId& id : history.partitions()) {
      if (id.number != number) continue;
      Member member{history.Read(id), nullptr, nullptr};
      const auto reader = events.find(id.service);
      if (reader != events.end()) member.events = &reader->second;
      for (const Service* service : services) {
        if (service->name() != id.service) continue;
        member.player =
            std::make_unique<Player>(history, *service, id, *member.events, options, &streams_, &tally_);
      }
      members_.push_back(std::move(member));
    }
  }

  absl::StatusOr<WhatIfReport> Run() {
    for (Member& member : members_) {
      if (member.player != nullptr) AFTERBELL_RETURN_IF_ERROR(member.player->ReadAhead());
    }
    for (;;) {
      Member* from = nullptr;
      RecordReader::CommitPtr earliest;
      for (Member& member : members_) {
        auto next = member.reader.Peek();
        if (!next.ok()) return next.status();
        if (*next == nullptr || (earliest != nullptr && RecordedAt(*next) >= RecordedAt(earliest))) continue;
        from = &member;
        earliest = *next;
      }
      if (from == nullptr) return tally_.Finish();
      from->reader.Pop();
      if (from->player != nullptr) {
        AFTERBELL_RETURN_IF_ERROR(from->player->Play(earliest));
      } else {
        Keep(*from, earliest);
      }
    }
  }

 private:
  struct Member {
    RecordReader reader;
    const EventReader* events;
    std::unique_ptr<Player> player;  // Null where the rules are not here.
  };

  static Micros RecordedAt(const RecordReader::CommitPtr& commit) { return MicrosOf(commit->recorded_at()); }

  // Of a service whose rules are not here: as recorded, determinations too.
  void Keep(const Member& member, const RecordReader::CommitPtr& commit) {
    const Recorded recorded{*commit, member.reader.id().service, member.reader.id().number};
    WhatIfReport& report = tally_.report();
    ++report.commits;
    for (const std::string& event : commit->events()) {
      const log::v1::EventKind kind =
          member.events == nullptr ? log::v1::EVENT_KIND_UNSPECIFIED : member.events->KindOf(event);
      report.kept += kind == log::v1::DETERMINATION;
      tally_.Tell(recorded, event, kind, true, true);
    }
    streams_[member.reader.id().service].Push({commit->index(), commit});
  }

  Tally tally_;
  std::map<std::string, Stream, std::less<>> streams_;
  std::vector<Member> members_;
};

template <class Item>
void Append(std::vector<Item>& from, std::vector<Item>* to) {
  to->insert(to->end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void Merge(WhatIfReport part, WhatIfReport* whole) {
  whole->commits += part.commits;
  whole->recorded += part.recorded;
  whole->again += part.again;
  whole->reproduced += part.reproduced;
  whole->changed += part.changed;
  whole->basis_only += part.basis_only;
  whole->no_longer += part.no_longer;
  whole->newly += part.newly;
  whole->kept += part.kept;
  whole->would_be_refused += part.would_be_refused;
  whole->would_be_accepted += part.would_be_accepted;
  whole->other_facts += part.other_facts;
  whole->repeated_refusals += part.repeated_refusals;
  whole->reactions_anew += part.reactions_anew;
  whole->deadlines_anew += part.deadlines_anew;
  whole->deadlines_gone += part.deadlines_gone;
  whole->blocked += part.blocked;
  for (const auto& [value, uses] : part.provisional) whole->provisional[value] += uses;
  Append(part.differences, &whole->differences);
  Append(part.flips, &whole->flips);
}

constexpr const char* kDifferenceNames[] = {"changed", "no longer", "newly"};
constexpr const char* kFlipNames[] = {"would be refused", "would be accepted", "would decide other facts"};

}  // namespace

std::string_view NameOf(PolicyMode mode) {
  switch (mode) {
    case PolicyMode::kAsDecided:
      return "as decided";
    case PolicyMode::kAsKnownNow:
      return "as known now";
    case PolicyMode::kOverride:
      return "override";
  }
  return "";
}

absl::StatusOr<WhatIfReport> WhatIf(const History& history, const std::vector<const Service*>& services,
                                    const WhatIfOptions& options) {
  std::map<std::string, EventReader> events;
  for (const PartitionId& id : history.partitions()) {
    if (events.count(id.service) > 0) continue;
    auto reader = EventReader::Of(id.service);
    if (reader.ok()) events.emplace(id.service, *std::move(reader));
  }
  for (const Service* service : services) {
    if (events.count(std::string(service->name())) > 0) continue;
    auto reader = EventReader::Of(service->name());
    if (!reader.ok()) return reader.status();
  }
  std::vector<WhatIfReport> parts(history.school_partitions() + 1);
  const absl::Status status = ForEachPiece(history.SizesOfNumbers({}), history.threads(), [&](size_t number) {
    auto part = NumberPlayer(history, services, events, options, static_cast<uint32_t>(number)).Run();
    if (!part.ok()) return part.status();
    parts[number] = *std::move(part);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  WhatIfReport report;
  for (WhatIfReport& part : parts) Merge(std::move(part), &report);
  report.log_id = history.log_id();
  report.as_of = history.as_of();
  report.simulated = history.simulated();
  report.mode = options.mode;
  const auto by_time = [](const auto& a, const auto& b) { return a.recorded_at < b.recorded_at; };
  std::stable_sort(report.differences.begin(), report.differences.end(), by_time);
  std::stable_sort(report.flips.begin(), report.flips.end(), by_time);
  return report;
}

std::string Summary(const WhatIfReport& report) {
  std::string text = absl::StrCat("log ", report.log_id, " (", report.simulated ? "SIMULATED" : "REAL",
                                  " clock), policy ", std::string(NameOf(report.mode)));
  if (report.as_of != HistoryOptions::kEverything)
    absl::StrAppend(&text, ", as of ", InstantText(report.as_of));
  absl::StrAppend(&text, "\nrecomputed ", report.reproduced, " of ", report.recorded, " determinations, ",
                  report.changed + report.no_longer + report.newly, " differ (", report.changed, " changed, ",
                  report.basis_only, " of them in their basis only; ", report.no_longer, " no longer, ",
                  report.newly, " newly determined)\n", report.would_be_refused, " would be refused, ",
                  report.would_be_accepted, " would be accepted, ", report.other_facts,
                  " would decide other facts; counted, not simulated onward\n", report.reactions_anew,
                  " reactions and ", report.deadlines_anew, " deadlines anew, ", report.deadlines_gone,
                  " deadlines gone, ", report.blocked, " blocked by an unset parameter, ",
                  report.repeated_refusals, " repeated refusals not decided again, ", report.kept,
                  " determinations kept of services whose rules are not here\n");
  for (const auto& [value, uses] : report.provisional) {
    absl::StrAppend(&text, "provisional: ", value, " (", uses, " times)\n");
  }
  constexpr size_t kShown = 10;
  for (size_t i = 0; i < std::min(kShown, report.differences.size()); ++i) {
    const DeterminationDifference& difference = report.differences[i];
    absl::StrAppend(&text, kDifferenceNames[difference.kind], " ", ToString(difference.partition), " #",
                    difference.index, " ", difference.subject);
    for (const FieldDifference& field : difference.fields) {
      absl::StrAppend(&text, " ", field.field, ": ", field.recorded, " -> ", field.again);
    }
    absl::StrAppend(&text, "\n");
  }
  for (size_t i = 0; i < std::min(kShown, report.flips.size()); ++i) {
    const Flip& flip = report.flips[i];
    absl::StrAppend(&text, kFlipNames[flip.kind], " ", flip.record.service(), "/", flip.record.partition(),
                    " #", flip.record.index(), " ", flip.decided, ": ", flip.recorded, " -> ", flip.again,
                    "\n");
  }
  return text;
}

}  // namespace afterbell::replay
