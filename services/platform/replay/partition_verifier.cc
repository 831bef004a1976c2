#include "services/platform/replay/partition_verifier.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/projection/store.h"
#include "services/platform/replay/again.h"
#include "services/platform/runtime/record.h"

namespace afterbell::replay {
namespace {

using log::v1::Commit;

bool Same(const google::protobuf::MessageLite& was, const google::protobuf::MessageLite& now) {
  return was.SerializeAsString() == now.SerializeAsString();
}

template <class List>
std::string ListText(const List& list) {
  std::string text;
  for (const auto& each : list)
    absl::StrAppend(&text, text.empty() ? "" : ", ", "{", each.ShortDebugString(), "}");
  return text;
}

}  // namespace

PartitionVerifier::PartitionVerifier(const History& history, const Service& service, const PartitionId& id,
                                     const VerifyOptions& options, Readers* readers, VerifyReport* report)
    : history_(history),
      service_(service),
      id_(id),
      options_(options),
      report_(*report),
      events_(EventReader::Of(service.name())),
      rows_(service, id, history.commons()) {
  for (const std::unique_ptr<Commons>& commons : history.commons()) {
    if (id.number == 0 && commons->service() == id.service) continue;
    Source source;
    source.id = {commons->service(), 0};
    source.commons = commons.get();
    sources_.push_back(std::move(source));
  }
  if (id.number == 0) return;
  for (const std::string_view foreign : service.reads()) {
    Source source;
    source.id = {std::string(foreign), id.number};
    source.reader = &readers->try_emplace(source.id.service, history.Read(source.id)).first->second;
    source.place = source.reader->AddPlace();
    sources_.push_back(std::move(source));
  }
}

absl::Status PartitionVerifier::Fold(const SharedReader::Entry& own) {
  const Commit& commit = *own.commit;
  for (const log::v1::Seen& seen : commit.seen()) AFTERBELL_RETURN_IF_ERROR(Advance(commit, seen));
  if (options_.decisions) Check(commit);
  EvolveRecorded(service_, Recorded{commit, id_.service, id_.number, &own.events}, rows_);
  return absl::OkStatus();
}

void PartitionVerifier::Leave() {
  for (Source& source : sources_) {
    if (source.reader != nullptr) source.reader->Leave(source.place);
  }
}

void PartitionVerifier::Digest(const ChainPosition& at) {
  stored::StoredPosition position;
  position.set_index(at.index);
  position.set_hash(at.hash);
  for (const Source& source : sources_) {
    stored::StoredSource* row = position.add_sources();
    row->set_service(source.id.service);
    row->set_partition(source.id.number);
    row->set_index(source.seen);
  }
  const std::string digest = Store::Digest(position, [&](const Store::TakeRow& take) {
    rows_.stored().ForEach(
        [&](const std::string& key, const AnyRow& row) { take(key, row->SerializeAsString()); });
  });
  report_.digests.push_back({id_, at.index, digest});
}

// Null: it is not read.
PartitionVerifier::Source* PartitionVerifier::SourceOf(std::string_view service, uint32_t partition) {
  const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) {
    return each.id.service == service && each.id.number == partition;
  });
  return source == sources_.end() ? nullptr : &*source;
}

absl::Status PartitionVerifier::Advance(const Commit& commit, const log::v1::Seen& seen) {
  Source* const source = SourceOf(seen.service(), seen.partition());
  if (source == nullptr) {
    return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                            seen.service(), "/", seen.partition(),
                                            ", which its service does not read"));
  }
  if (source->commons != nullptr) {
    if (source->commons->index() < seen.index()) return Beyond(commit, *source, seen.index());
    FoldCommons(seen.index(), source);
  } else {
    AFTERBELL_RETURN_IF_ERROR(FoldForeign(commit, seen.index(), source));
  }
  source->seen = seen.index();
  return absl::OkStatus();
}

void PartitionVerifier::FoldCommons(uint64_t until, Source* source) {
  rows_.SetSeen(source->id.service, until);
  source->last = nullptr;
  if (RecordReader::CommitPtr last = source->commons->At(until)) {
    auto entry = std::make_shared<SharedReader::Entry>();
    entry->commit = std::move(last);
    source->last = std::move(entry);
  }
  if (id_.number != 0 || !service_.FoldsCommons()) return;
  for (uint64_t at = source->seen + 1; at <= until; ++at) {
    const RecordReader::CommitPtr each = source->commons->At(at);
    if (each != nullptr) service_.Fold(Recorded{*each, source->id.service, 0}, rows_);
  }
}

absl::Status PartitionVerifier::FoldForeign(const Commit& commit, uint64_t until, Source* source) {
  for (;;) {
    AFTERBELL_ASSIGN_OR_RETURN(const SharedReader::EntryPtr foreign, source->reader->Peek(source->place));
    if (foreign == nullptr && source->reader->reader().at().index < until)
      return Beyond(commit, *source, until);
    if (foreign == nullptr || foreign->commit->index() > until) return absl::OkStatus();
    // Also what the runtime passes unread (Service::Folds): where it should not, decisions differ.
    service_.Fold(Recorded{*foreign->commit, source->id.service, source->id.number, &foreign->events}, rows_);
    source->last = foreign;
    source->reader->Pop(source->place);
  }
}

absl::Status PartitionVerifier::Beyond(const Commit& commit, const Source& source, uint64_t index) const {
  return absl::DataLossError(absl::StrCat(ToString(id_), " record ", commit.index(), " has seen ",
                                          ToString(source.id), " to ", index, ", which is not there"));
}

void PartitionVerifier::Check(const Commit& commit) {
  std::optional<Recorded> cause;
  switch (commit.decided_case()) {
    case Commit::kCommand:
      ++report_.commands;
      break;
    case Commit::kCause: {
      ++report_.reactions;
      // Intake stops at a cause until its reaction is decided: it is the last that was seen there.
      const log::v1::RecordId& id = commit.cause();
      const Source* const source = SourceOf(id.service(), id.partition());
      if (source == nullptr || source->last == nullptr || source->last->commit->index() != id.index()) {
        ++report_.decisions;
        return Differ(commit, "cause", absl::StrCat(id.service(), "/", id.partition(), " #", id.index()),
                      "not the last record seen there");
      }
      cause.emplace(
          Recorded{*source->last->commit, source->id.service, source->id.number, &source->last->events});
      break;
    }
    case Commit::kTimeReached:
      ++report_.deadlines;
      break;
    case Commit::kRunStep:
      ++report_.run_steps;
      break;
    default:
      ++(commit.has_refusal() ? report_.repeated_refusals : report_.seen_alone);
      return;
  }
  ++report_.decisions;
  TakeHead(commit, &again_);
  const Decider decider{.service = service_,
                        .partition = id_,
                        .log_id = history_.log_id(),
                        .simulated_clock = history_.simulated(),
                        .policies = rows_.policies()};
  const absl::Status status = DecideHead(decider, cause ? &*cause : nullptr, rows_, &again_);
  if (status.ok()) {
    Compare(commit, again_);
  } else {
    Differ(commit, "answer", "decided", status.ToString());
  }
}

void PartitionVerifier::Compare(const Commit& recorded, const Commit& again) {
  bool partly_known = false;
  for (int i = 0; i < std::max(recorded.events_size(), again.events_size()); ++i) {
    const std::string* was = i < recorded.events_size() ? &recorded.events(i) : nullptr;
    const std::string* now = i < again.events_size() ? &again.events(i) : nullptr;
    if (was != nullptr && now != nullptr && *was == *now) continue;
    if (was != nullptr && now != nullptr && events_.ok() && events_->IsMoreThan(*was, *now)) {
      partly_known = true;
      continue;
    }
    return Differ(recorded, "events", EventText(was), EventText(now));
  }
  if (recorded.has_refusal() != again.has_refusal() || !Same(recorded.refusal(), again.refusal())) {
    return Differ(recorded, "refusal", recorded.refusal().ShortDebugString(),
                  again.refusal().ShortDebugString());
  }
  const auto same = [&](const char* what, const auto& was, const auto& now) {
    if (std::equal(was.begin(), was.end(), now.begin(), now.end(), Same)) return true;
    Differ(recorded, what, ListText(was), ListText(now));
    return false;
  };
  if (same("blocked", recorded.blocked(), again.blocked()) &&
      same("runs_opened", recorded.runs_opened(), again.runs_opened()) &&
      same("policy", recorded.policy(), again.policy())) {
    report_.partly_known += partly_known;
  }
}

std::string PartitionVerifier::EventText(const std::string* event) const {
  if (event == nullptr) return "no such event";
  return events_.ok() ? events_->TextOf(*event) : absl::StrCat(event->size(), " bytes");
}

void PartitionVerifier::Differ(const Commit& commit, std::string what, std::string recorded,
                               std::string again) {
  ++report_.differing;
  if (report_.differences.size() >= options_.differences_max) return;
  DecisionDifference difference;
  difference.record = Recorded{commit, id_.service, id_.number}.Id();
  difference.record.set_log_id(history_.log_id());
  difference.recorded_at = MicrosOf(commit.recorded_at());
  difference.decided = DecidedText(service_, commit);
  difference.what = std::move(what);
  difference.recorded = std::move(recorded);
  difference.again = std::move(again);
  report_.differences.push_back(std::move(difference));
}

}  // namespace afterbell::replay
