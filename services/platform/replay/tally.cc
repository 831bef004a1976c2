#include "services/platform/replay/tally.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace afterbell::replay {
namespace {

// Fields that say what a figure rests on, not what it is.
constexpr std::string_view kBasis[] = {"used", "value_ids", "value_id", "provisional", "policy"};

bool IsBasis(const FieldDifference& difference) {
  return std::find(std::begin(kBasis), std::end(kBasis), difference.field) != std::end(kBasis);
}

std::string KeyOf(const PartitionId& partition, const std::string& subject) {
  return absl::StrCat(partition.service, " ", subject);
}

}  // namespace

void Tally::Tell(const Recorded& record, const std::string& event, log::v1::EventKind kind, bool recorded,
                 bool again) {
  if (options_.on_event) options_.on_event(number_, WhatIfEvent{record, event, kind, recorded, again});
}

void Tally::Add(const EventReader& reader, const Recorded& record, bool was_recorded,
                const std::vector<std::string>& again) {
  const PartitionId partition{std::string(record.service), record.partition};
  std::vector<bool> stands(again.size(), false);
  std::vector<Unmatched> gone, come;
  const auto unmatched = [&](const std::string& event) {
    return Unmatched{&reader, partition, was_recorded ? record.commit.index() : 0, record.recorded_at(),
                     event};
  };
  if (was_recorded) {
    for (int i = 0; i < record.commit.events_size(); ++i) {
      const std::string& event = record.commit.events(i);
      const log::v1::EventKind kind = reader.KindOf(event);
      const bool determination = kind == log::v1::DETERMINATION;
      report_.recorded += determination;
      // Nearly always at the same place.
      size_t same = i < again.size() && !stands[i] && again[i] == event ? i : 0;
      while (same < again.size() && (stands[same] || again[same] != event)) ++same;
      const bool found = same < again.size();
      if (found) stands[same] = true;
      if (determination && found) ++report_.reproduced;
      if (determination && !found) gone.push_back(unmatched(event));
      Tell(record, event, kind, true, found);
    }
  }
  for (size_t i = 0; i < again.size(); ++i) {
    const log::v1::EventKind kind = reader.KindOf(again[i]);
    report_.again += kind == log::v1::DETERMINATION;
    if (stands[i]) continue;
    if (kind == log::v1::DETERMINATION) come.push_back(unmatched(again[i]));
    Tell(record, again[i], kind, false, true);
  }
  if (!gone.empty() || !come.empty()) Match(std::move(gone), std::move(come));
}

void Tally::Match(std::vector<Unmatched> recorded, std::vector<Unmatched> again) {
  const auto subject_of = [](const Unmatched& each) {
    return KeyOf(each.partition, each.reader->SubjectOf(each.event));
  };
  std::vector<std::string> subjects;
  for (const Unmatched& each : again) subjects.push_back(subject_of(each));
  for (Unmatched& was : recorded) {
    const std::string subject = subject_of(was);
    const auto here = std::find(subjects.begin(), subjects.end(), subject);
    if (here != subjects.end()) {
      const size_t place = here - subjects.begin();
      Pair(subject, was, again[place]);
      subjects.erase(here);
      again.erase(again.begin() + place);
      continue;
    }
    const auto elsewhere = again_.find(subject);
    if (elsewhere == again_.end()) {
      recorded_[subject].push_back(std::move(was));
      continue;
    }
    Pair(subject, was, elsewhere->second.front());
    elsewhere->second.pop_front();
    if (elsewhere->second.empty()) again_.erase(elsewhere);
  }
  for (size_t i = 0; i < again.size(); ++i) {
    const auto elsewhere = recorded_.find(subjects[i]);
    if (elsewhere == recorded_.end()) {
      again_[subjects[i]].push_back(std::move(again[i]));
      continue;
    }
    Pair(subjects[i], elsewhere->second.front(), again[i]);
    elsewhere->second.pop_front();
    if (elsewhere->second.empty()) recorded_.erase(elsewhere);
  }
}

void Tally::Pair(const std::string& subject, const Unmatched& recorded, const Unmatched& again) {
  if (recorded.event == again.event) {
    ++report_.reproduced;  // At another moment, the same.
    return;
  }
  ++report_.changed;
  DeterminationDifference difference;
  difference.kind = DeterminationDifference::kChanged;
  difference.partition = recorded.partition;
  difference.subject = subject.substr(subject.find(' ') + 1);
  difference.index = recorded.index;
  difference.recorded_at = recorded.recorded_at;
  difference.fields = recorded.reader->Differences(recorded.event, again.event);
  difference.basis_only = std::all_of(difference.fields.begin(), difference.fields.end(), IsBasis);
  report_.basis_only += difference.basis_only;
  List(std::move(difference));
}

void Tally::List(DeterminationDifference difference) {
  if (report_.differences.size() < options_.differences_max)
    report_.differences.push_back(std::move(difference));
}

void Tally::AddFlip(Flip flip) {
  switch (flip.kind) {
    case Flip::kWouldBeRefused:
      ++report_.would_be_refused;
      break;
    case Flip::kWouldBeAccepted:
      ++report_.would_be_accepted;
      break;
    case Flip::kOtherFacts:
      ++report_.other_facts;
      break;
  }
  if (report_.flips.size() < options_.differences_max) report_.flips.push_back(std::move(flip));
}

WhatIfReport Tally::Finish() {
  const auto list = [&](const BySubject& left, DeterminationDifference::Kind kind, uint64_t* count) {
    for (const auto& [subject, events] : left) {
      for (const Unmatched& each : events) {
        ++*count;
        DeterminationDifference difference;
        difference.kind = kind;
        difference.partition = each.partition;
        difference.subject = subject.substr(subject.find(' ') + 1);
        difference.index = each.index;
        difference.recorded_at = each.recorded_at;
        if (report_.differences.size() < options_.differences_max)
          difference.text = each.reader->TextOf(each.event);
        List(std::move(difference));
      }
    }
  };
  list(recorded_, DeterminationDifference::kNoLonger, &report_.no_longer);
  list(again_, DeterminationDifference::kNewly, &report_.newly);
  return std::move(report_);
}

}  // namespace afterbell::replay
