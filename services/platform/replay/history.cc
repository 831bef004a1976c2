#include "services/platform/replay/history.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/platform/log/begin.h"
#include "services/platform/replay/parallel.h"

namespace afterbell::replay {
namespace {

constexpr std::string_view kServices[] = {"registry", "enrollment", "attendance",
                                          "staffing", "billing",    "inspection"};

// Services whose commons hold rows everybody reads.
constexpr std::string_view kCommonsOfRows[] = {"registry", "staffing"};

// For a log whose records are elsewhere: silence for so long is an error.
constexpr std::chrono::seconds kReadAtMost(60);

std::tuple<int, std::string_view> OrderOf(std::string_view service) {
  return {ServiceOrder(service), service};
}

Micros RecordedAt(const log::v1::Commit& commit) { return MicrosOf(commit.recorded_at()); }

}  // namespace

int ServiceOrder(std::string_view service) {
  return static_cast<int>(std::find(std::begin(kServices), std::end(kServices), service) -
                          std::begin(kServices));
}

absl::StatusOr<std::unique_ptr<History>> History::Load(EventLog* log, const HistoryOptions& options) {
  std::unique_ptr<History> history(new History());
  history->options_ = options;
  const auto ids = log->List();
  if (!ids.ok()) return ids.status();
  for (const PartitionId& id : *ids) {
    auto partition = log->Open(id);
    if (!partition.ok()) return partition.status();
    history->partitions_.push_back(id);
    history->logs_[id] = *std::move(partition);
  }
  std::sort(history->partitions_.begin(), history->partitions_.end(),
            [](const PartitionId& a, const PartitionId& b) {
              return std::make_tuple(OrderOf(a.service), a.number) <
                     std::make_tuple(OrderOf(b.service), b.number);
            });
  AFTERBELL_RETURN_IF_ERROR(history->ReadGenesis());
  AFTERBELL_RETURN_IF_ERROR(history->ReadCommons(log));
  return history;
}

absl::Status History::ReadGenesis() {
  if (partitions_.empty()) return absl::NotFoundError("the log holds no records");
  for (const PartitionId& id : partitions_) {
    AFTERBELL_ASSIGN_OR_RETURN(const log::v1::Genesis genesis,
                               afterbell::ReadGenesis(*logs_[id], kReadAtMost));
    if (log_id_.empty()) {
      log_id_ = genesis.log_id();
      clock_ = genesis.clock();
      school_partitions_ = genesis.school_partitions();
    } else if (genesis.log_id() != log_id_) {
      return absl::DataLossError(
          absl::StrCat(ToString(id), " belongs to log ", genesis.log_id(), ", not to ", log_id_));
    }
  }
  return absl::OkStatus();
}

absl::Status History::ReadCommons(EventLog* log) {
  for (const PartitionId& id : partitions_) {
    if (id.number != 0) continue;
    RecordReader reader = Read(id);
    for (;;) {
      auto commit = reader.Peek();
      if (!commit.ok()) return commit.status();
      if (*commit == nullptr) break;
      commons_records_.push_back({logs_.find(id)->first.service, *commit});
      reader.Pop();
    }
    commons_end_[id.service] = reader.at().index;
  }
  std::stable_sort(
      commons_records_.begin(), commons_records_.end(),
      [](const OfCommons& a, const OfCommons& b) { return RecordedAt(*a.commit) < RecordedAt(*b.commit); });
  for (const std::string_view service : kCommonsOfRows) {
    auto partition = log->Open({std::string(service), 0});  // Empty, perhaps: it is a source all the same.
    if (!partition.ok()) return partition.status();
    commons_.push_back(std::make_unique<Commons>(*std::move(partition)));
    AFTERBELL_RETURN_IF_ERROR(commons_.back()->CatchUp(kReadAtMost));
  }
  return absl::OkStatus();
}

uint64_t History::CommonsEnd(std::string_view service) const {
  const auto found = commons_end_.find(service);
  return found == commons_end_.end() ? 0 : found->second;
}

RecordReader History::Read(const PartitionId& id, bool uncut) const {
  const auto found = logs_.find(id);
  return RecordReader(id, found == logs_.end() ? nullptr : found->second,
                      uncut ? HistoryOptions::kEverything : options_.as_of);
}

namespace {

bool IsAskedFor(const History::Services& services, std::string_view service) {
  return services.empty() || std::find(services.begin(), services.end(), service) != services.end();
}

}  // namespace

std::vector<uint64_t> History::SizesOfNumbers(const Services& services) const {
  std::vector<uint64_t> sizes(school_partitions_ + 1);
  for (const PartitionId& id : partitions_) {
    if (IsAskedFor(services, id.service)) sizes[id.number] += logs_.find(id)->second->End();
  }
  return sizes;
}

absl::Status History::FoldNumber(uint32_t number, const Services& services, const Visit& visit) const {
  // What comes next of each: of the commons, in their order, and of each service's partition.
  struct Next {
    RecordReader reader;
    RecordReader::CommitPtr commit;
    Micros at = INT64_MAX;  // When it was recorded.

    absl::Status Read() {
      AFTERBELL_ASSIGN_OR_RETURN(commit, reader.Peek());
      at = commit == nullptr ? INT64_MAX : RecordedAt(*commit);
      return absl::OkStatus();
    }
  };
  std::vector<Next> all;
  for (const PartitionId& id : partitions_) {
    if (number == 0 || id.number != number || !IsAskedFor(services, id.service)) continue;
    all.push_back({Read(id)});
    AFTERBELL_RETURN_IF_ERROR(all.back().Read());
  }
  auto commons = commons_records_.begin();
  for (;;) {
    while (commons != commons_records_.end() && !IsAskedFor(services, commons->service)) ++commons;
    const Micros of_commons = commons == commons_records_.end() ? INT64_MAX : RecordedAt(*commons->commit);
    // The earliest; of several, the commons and then the first in order.
    const auto next =
        std::min_element(all.begin(), all.end(), [](const Next& a, const Next& b) { return a.at < b.at; });
    if (next != all.end() && next->at < of_commons) {
      visit(Recorded{*next->commit, next->reader.id().service, number});
      next->reader.Pop();
      AFTERBELL_RETURN_IF_ERROR(next->Read());
    } else if (commons != commons_records_.end()) {
      visit(Recorded{*commons->commit, commons->service, 0});
      ++commons;
    } else {
      return absl::OkStatus();
    }
  }
}

absl::Status History::FoldAll(const Services& services,
                              const std::function<Visit(uint32_t number)>& begin) const {
  std::vector<uint64_t> sizes = SizesOfNumbers(services);
  sizes.erase(sizes.begin());
  return ForEachPiece(sizes, options_.threads, [&](size_t piece) {
    const uint32_t number = static_cast<uint32_t>(piece) + 1;
    return FoldNumber(number, services, begin(number));
  });
}

void History::Survey::End(const RecordReader& reader) {
  at = reader.at();
  void_records = reader.void_records();
  if (!fault.empty() || reader.void_at_end() == 0) return;
  fault = absl::StrCat(ToString(id), ": ", reader.void_at_end(),
                       " records under the newest claim do not follow from record ", at.index);
}

std::vector<History::Survey> History::SurveyChains() const {
  std::vector<Survey> surveys(partitions_.size());
  // A fault is what is looked for, never a reason to stop.
  std::vector<uint64_t> sizes;
  for (const PartitionId& id : partitions_) sizes.push_back(logs_.find(id)->second->End());
  ForEachPiece(sizes, options_.threads, [&](size_t piece) {
    Survey& survey = surveys[piece];
    survey.id = partitions_[piece];
    RecordReader reader = Read(survey.id);
    for (;;) {
      const auto commit = reader.Peek();
      if (!commit.ok()) {
        survey.fault = std::string(commit.status().message());
        break;
      }
      if (*commit == nullptr) break;
      ++survey.commits;
      survey.newest = RecordedAt(**commit);
      reader.Pop();
    }
    survey.End(reader);
    return absl::OkStatus();
  }).IgnoreError();
  return surveys;
}

}  // namespace afterbell::replay
