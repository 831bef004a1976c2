#include "services/platform/replay/whatif.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/replay/parallel.h"
#include "services/platform/replay/player.h"
#include "services/platform/replay/tally.h"

namespace afterbell::replay {
namespace {

using Events = std::map<std::string, EventReader>;  // By service.

// One other history of one partition number.
class Other {
 public:
  Other(const History& history, const Alternative& alternative, const Events& events, uint32_t number)
      : tally_(alternative.options, number) {
    for (const PartitionId& id : history.partitions()) {
      if (id.number != number) continue;
      for (const Service* service : alternative.services) {
        if (service->name() != id.service) continue;
        players_[id.service] = std::make_unique<Player>(history, *service, id, events.at(id.service),
                                                        alternative.options, &streams_, &tally_);
      }
    }
  }

  // Null where the rules are not here.
  Player* PlayerOf(const std::string& service) const {
    const auto found = players_.find(service);
    return found == players_.end() ? nullptr : found->second.get();
  }

  absl::Status Play(const PartitionId& id, const EventReader* events, const Told& told) {
    if (Player* const player = PlayerOf(id.service)) return player->Play(told);
    Keep(id, events, told);
    return absl::OkStatus();
  }

  WhatIfReport Finish() { return tally_.Finish(); }

 private:
  // Of a service whose rules are not here: as recorded, determinations too.
  void Keep(const PartitionId& id, const EventReader* events, const Told& told) {
    const Recorded recorded{*told.commit, id.service, id.number, told.events.get()};
    WhatIfReport& report = tally_.report();
    ++report.commits;
    for (const std::string& event : told.commit->events()) {
      const log::v1::EventKind kind =
          events == nullptr ? log::v1::EVENT_KIND_UNSPECIFIED : events->KindOf(event);
      report.kept += kind == log::v1::DETERMINATION;
      tally_.Tell(recorded, event, kind, true, true);
    }
    streams_[id.service].Push(told);
  }

  Tally tally_;
  std::map<std::string, Stream, std::less<>> streams_;
  std::map<std::string, std::unique_ptr<Player>, std::less<>> players_;
};

// All services of one partition number, in merged recorded order, for all other histories.
class NumberPlayer {
 public:
  NumberPlayer(const History& history, const std::vector<Alternative>& alternatives, const Events& events,
               uint32_t number) {
    for (const PartitionId& id : history.partitions()) {
      if (id.number != number) continue;
      const auto reader = events.find(id.service);
      members_.push_back({id, history.Read(id), reader == events.end() ? nullptr : &reader->second});
    }
    for (const Alternative& alternative : alternatives)
      others_.push_back(std::make_unique<Other>(history, alternative, events, number));
  }

  // One report for each.
  absl::StatusOr<std::vector<WhatIfReport>> Run() {
    for (Member& member : members_) {
      AFTERBELL_RETURN_IF_ERROR(ReadAhead(member));
      AFTERBELL_RETURN_IF_ERROR(member.Read());
    }
    for (;;) {
      // The earliest; of several the first in order.
      const auto from = std::min_element(members_.begin(), members_.end(),
                                         [](const Member& a, const Member& b) { return a.at < b.at; });
      if (from == members_.end() || from->next == nullptr) break;
      const Told told{from->next->index(), from->next, std::make_shared<SharedEvents>()};
      for (const auto& other : others_) AFTERBELL_RETURN_IF_ERROR(other->Play(from->id, from->events, told));
      from->reader.Pop();
      AFTERBELL_RETURN_IF_ERROR(from->Read());
    }
    std::vector<WhatIfReport> reports;
    for (const auto& other : others_) reports.push_back(other->Finish());
    return reports;
  }

 private:
  struct Member {
    PartitionId id;
    RecordReader reader;
    const EventReader* events;
    RecordReader::CommitPtr next = nullptr;
    Micros at = INT64_MAX;  // When it was recorded.

    absl::Status Read() {
      AFTERBELL_ASSIGN_OR_RETURN(next, reader.Peek());
      at = next == nullptr ? INT64_MAX : MicrosOf(next->recorded_at());
      return absl::OkStatus();
    }
  };

  absl::Status ReadAhead(const Member& member) {
    std::shared_ptr<const Player::Ahead> ahead;
    for (const auto& other : others_) {
      Player* const player = other->PlayerOf(member.id.service);
      if (player == nullptr) continue;
      if (ahead == nullptr) {
        AFTERBELL_ASSIGN_OR_RETURN(ahead, player->ReadAhead());
      }
      player->Know(ahead);
    }
    return absl::OkStatus();
  }

  std::vector<Member> members_;
  std::vector<std::unique_ptr<Other>> others_;
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
  auto reports = WhatIf(history, {{services, options}});
  if (!reports.ok()) return reports.status();
  return std::move(reports->front());
}

absl::StatusOr<std::vector<WhatIfReport>> WhatIf(const History& history,
                                                 const std::vector<Alternative>& alternatives) {
  Events events;
  for (const PartitionId& id : history.partitions()) {
    if (events.count(id.service) > 0) continue;
    auto reader = EventReader::Of(id.service);
    if (reader.ok()) events.emplace(id.service, *std::move(reader));
  }
  for (const Alternative& alternative : alternatives) {
    for (const Service* service : alternative.services) {
      if (events.count(std::string(service->name())) > 0) continue;
      auto reader = EventReader::Of(service->name());
      if (!reader.ok()) return reader.status();
    }
  }
  std::vector<std::vector<WhatIfReport>> parts(history.school_partitions() + 1);
  AFTERBELL_RETURN_IF_ERROR(
      ForEachPiece(history.SizesOfNumbers({}), history.threads(), [&](size_t number) -> absl::Status {
        AFTERBELL_ASSIGN_OR_RETURN(
            parts[number], NumberPlayer(history, alternatives, events, static_cast<uint32_t>(number)).Run());
        return absl::OkStatus();
      }));
  std::vector<WhatIfReport> reports(alternatives.size());
  const auto by_time = [](const auto& a, const auto& b) { return a.recorded_at < b.recorded_at; };
  for (size_t i = 0; i < alternatives.size(); ++i) {
    WhatIfReport& report = reports[i];
    for (std::vector<WhatIfReport>& part : parts) Merge(std::move(part[i]), &report);
    report.log_id = history.log_id();
    report.as_of = history.as_of();
    report.simulated = history.simulated();
    report.mode = alternatives[i].options.mode;
    std::stable_sort(report.differences.begin(), report.differences.end(), by_time);
    std::stable_sort(report.flips.begin(), report.flips.end(), by_time);
  }
  return reports;
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
