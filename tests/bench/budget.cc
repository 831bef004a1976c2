// What one command costs, stage by stage: the records of a played city are made again with the functions that
// a partition calls, one thread, and a clock around each stage. What a stage costs here it costs there, but
// for waiting, waking threads, and caches that somebody else has filled meanwhile.
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "services/city/city.h"
#include "services/platform/base/ids.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/replay/again.h"
#include "services/platform/replay/history.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/shape.h"
#include "services/platform/runtime/beside.h"
#include "services/platform/runtime/live_rows.h"
#include "services/platform/runtime/record.h"
#include "services/platform/runtime/write_behind.h"
#include "tests/bench/bench.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

using log::v1::Commit;
using log::v1::Record;
using RecordReader = replay::RecordReader;

enum Stage {
  kDecode,  // The command parsed from its bytes.
  kShape,   // Its fields checked, and the request digested.
  kDecide,  // Events from rows, facts and policy.
  kEvolve,  // Events parsed, rows changed.
  kEncode,  // The record serialised.
  kHash,    // The chain carried on.
  kAppend,  // Into an embedded log, 96 at a time, synced: of all threads.
  kSettle,  // Rows settled; request id and history made.
  kBehind,  // Rows, request id and history serialised and written: of all threads.
  kFollow,  // The same record folded by each service that hears it.
  kAnswer,  // The answer and its position.
  kStages,
};
constexpr const char* kNames[kStages] = {"decode", "shape",  "decide", "evolve", "encode", "hash",
                                         "append", "settle", "behind", "follow", "answer"};

// How many records are appended, and how many rows are written, in one go: what a batch of a gate brings, and
// what a partition captures.
constexpr size_t kAppendRecords = 96;
constexpr size_t kBatchRows = 8192;

struct Cost {
  uint64_t records = 0;
  std::array<double, kStages> seconds{};
};
using Costs = std::map<std::string, Cost>;  // By what was decided.

// Adds what passes until the next stage begins.
class Watch {
 public:
  explicit Watch(Cost* cost) : cost_(cost) {}
  template <class Do>
  auto operator()(Stage stage, const Do& work) {
    if (cost_ == nullptr) return work();
    const Adds adds(&cost_->seconds[stage]);
    return work();
  }

 private:
  struct Adds {
    explicit Adds(double* sum) : sum(sum), begun(std::chrono::steady_clock::now()) {}
    ~Adds() { *sum += SecondsSince(begun); }
    double* const sum;
    const std::chrono::steady_clock::time_point begun;
  };
  Cost* const cost_;
};

// What of a Commit is counted: "check_in_pupil", "release_pupil", "charge". Empty: it is made, and not
// counted.
std::string KindOf(const Service& service, const Commit& commit) {
  if (commit.has_command() && service.name() == "attendance") {
    const std::string name = service.CommandName(commit.command());
    return name == "check_in_pupil" || name == "release_pupil" ? name : std::string();
  }
  const bool reacted = commit.has_cause() || commit.has_time_reached();
  return reacted && service.name() == "billing" && !commit.events().empty() ? "charge" : std::string();
}

// One partition made again.
class Maker {
 public:
  Maker(const replay::History& history, const Service& service, PartitionId id, Store* state, Store* requests,
        Store* histories, WriteBehind* behind, LogPartition* log, Costs* costs)
      : history_(history),
        service_(service),
        id_(std::move(id)),
        state_(state),
        stored_(state->Live(id_.number)),
        requests_(requests, id_, RequestRowsOf),
        histories_(histories, id_,
                   [&service](const Recorded& recorded, uint64_t offset, RowBlock* rows) {
                     HistoryRowsOf(service, recorded, offset, rows);
                   }),
        behind_(behind),
        log_(log),
        costs_(*costs) {
    for (const auto& commons : history.commons()) {
      commons_rows_.Add(commons.get());
      if (id_.number == 0 && commons->service() == id_.service) continue;
      sources_.push_back(
          {{commons->service(), 0}, commons.get(), history.Read({commons->service(), 0}), nullptr});
    }
    for (const std::string_view foreign : service.reads()) {
      const PartitionId from{std::string(foreign), id_.number};
      sources_.push_back({from, nullptr, history.Read(from), nullptr});
    }
    rows_ = std::make_unique<LiveRows>(LiveRows::Options{.tables = TablesOf(service, id_),
                                                         .stored = stored_.get(),
                                                         .commons = &commons_rows_,
                                                         .budget = std::make_shared<RowBudget>()});
  }

  absl::Status Run() {
    RecordReader own = history_.Read(id_);
    for (;;) {
      AFTERBELL_ASSIGN_OR_RETURN(const auto commit, own.Peek());
      if (commit == nullptr) break;
      AFTERBELL_RETURN_IF_ERROR(Make(*commit));
      own.Pop();
    }
    AFTERBELL_RETURN_IF_ERROR(Append());
    return WriteOut();
  }

 private:
  struct Source {
    PartitionId id;
    const Commons* commons;
    RecordReader reader;
    RecordReader::CommitPtr last;
  };

  absl::Status Advance(const log::v1::Seen& seen) {
    for (Source& source : sources_) {
      if (source.id.service != seen.service() || source.id.number != seen.partition()) continue;
      if (source.commons != nullptr) {
        commons_rows_.SetAsOf(source.id.service, seen.index());
        source.last = source.commons->At(seen.index());
        if (id_.number > 0 || !service_.FoldsCommons()) return absl::OkStatus();
      }
      for (;;) {
        AFTERBELL_ASSIGN_OR_RETURN(const auto foreign, source.reader.Peek());
        if (foreign == nullptr || foreign->index() > seen.index()) return absl::OkStatus();
        // Its writer has decoded it, for all who read it.
        const auto begun = std::chrono::steady_clock::now();
        if (id_.number == 0 || Concerns(service_, source.id.service, *foreign))
          service_.Fold(Recorded{*foreign, source.id.service, source.id.number}, *rows_);
        const double took = SecondsSince(begun);
        for (const Service* producer : CityServices()) {
          if (producer->name() != source.id.service) continue;
          const std::string kind = KindOf(*producer, *foreign);
          if (!kind.empty()) costs_[kind].seconds[kFollow] += took;
        }
        source.last = foreign;
        source.reader.Pop();
      }
    }
    return absl::OkStatus();
  }

  absl::Status Make(const Commit& commit) {
    for (const log::v1::Seen& seen : commit.seen()) AFTERBELL_RETURN_IF_ERROR(Advance(seen));
    const std::string kind = KindOf(service_, commit);
    Cost* const cost = kind.empty() ? nullptr : &costs_[kind];
    if (cost != nullptr) ++cost->records;
    Watch watch(cost);
    Commit head = commit;
    if (cost != nullptr) AFTERBELL_RETURN_IF_ERROR(Decide(commit, watch, &head));
    const SharedEvents events;
    watch(kEvolve, [&] {
      EvolveRecorded(service_, Recorded{head, id_.service, id_.number, &events}, *rows_);
      rows_->CloseList();
    });
    Record record;
    *record.mutable_commit() = std::move(head);
    std::string value = watch(kEncode, [&] { return record.SerializeAsString(); });
    hash_ = watch(kHash, [&] { return Chain::Next(hash_, value); });
    watch(kSettle, [&] {
      rows_->SettleFront();
      const Recorded recorded{record.commit(), id_.service, id_.number, &events};
      requests_.Take(recorded, index_);
      histories_.Take(recorded, index_);
    });
    watch(kAnswer, [&] {
      log::v1::CommandAnswer answer;
      FillAnswer(record.commit(), id_, history_.log_id(), history_.log_id(), &answer);
      return answer.SerializeAsString().size();
    });
    values_.push_back(std::move(value));
    kinds_.push_back(cost);
    ++index_;
    if (values_.size() >= kAppendRecords) AFTERBELL_RETURN_IF_ERROR(Append());
    return rows_->unwritten() >= kBatchRows ? WriteOut() : absl::OkStatus();
  }

  absl::Status Decide(const Commit& commit, Watch& watch, Commit* head) {
    replay::TakeHead(commit, head);
    std::optional<Recorded> cause;
    if (commit.has_cause()) {
      for (const Source& source : sources_) {
        if (source.id.service == commit.cause().service() && source.id.number == commit.cause().partition())
          cause.emplace(Recorded{*source.last, source.id.service, source.id.number});
      }
    }
    if (commit.has_command()) {
      attendance::v1::AttendanceCommand command;
      watch(kDecode, [&] { return command.ParseFromString(commit.command()); });
      AFTERBELL_RETURN_IF_ERROR(watch(kShape, [&] {
        Sha256(history_.log_id(), commit.command());
        std::vector<const google::protobuf::FieldDescriptor*> set;
        command.GetReflection()->ListFields(command, &set);
        return CheckShape(command.GetReflection()->GetMessage(command, set[0]), "command");
      }));
    }
    const Decider decider{service_, id_, history_.log_id(), history_.simulated()};
    return watch(kDecide, [&] { return DecideHead(decider, cause ? &*cause : nullptr, *rows_, head); });
  }

  // Shared out among the records that were counted.
  void Share(Stage stage, double seconds) {
    for (Cost* cost : kinds_) {
      if (cost != nullptr) cost->seconds[stage] += seconds / static_cast<double>(kinds_.size());
    }
  }

  absl::Status Append() {
    if (values_.empty()) return absl::OkStatus();
    const double begun = ProcessSeconds();
    std::promise<absl::Status> appended;
    log_->Append(std::exchange(values_, {}),
                 [&](const absl::Status& status, uint64_t) { appended.set_value(status); });
    const absl::Status status = appended.get_future().get();
    Share(kAppend, ProcessSeconds() - begun);
    unwritten_kinds_.insert(unwritten_kinds_.end(), kinds_.begin(), kinds_.end());
    kinds_.clear();
    return status;
  }

  absl::Status WriteOut() {
    AFTERBELL_RETURN_IF_ERROR(Append());
    const double begun = ProcessSeconds();
    std::promise<absl::Status> written, beside_written;
    WriteBehind::Batch batch;
    batch.partition = id_.number;
    batch.state = state_;
    batch.rows = rows_->Capture();
    batch.soon = true;
    batch.done = [&](const absl::Status& status) { written.set_value(status); };
    behind_->Write(std::move(batch));
    WriteBehind::BesideBatch beside;
    beside.partition = id_.number;
    beside.requests = requests_.store();
    beside.history = histories_.store();
    beside.request_rows = requests_.Capture();
    beside.history_rows = histories_.Capture();
    beside.soon = true;
    beside.done = [&](const absl::Status& status) { beside_written.set_value(status); };
    behind_->Write(std::move(beside));
    absl::Status status = written.get_future().get();
    status.Update(beside_written.get_future().get());
    rows_->Written();
    requests_.Written();
    histories_.Written();
    kinds_ = std::exchange(unwritten_kinds_, {});
    Share(kBehind, ProcessSeconds() - begun);
    kinds_.clear();
    return status;
  }

  const replay::History& history_;
  const Service& service_;
  const PartitionId id_;
  Store* const state_;
  const std::unique_ptr<BytesRows> stored_;
  Beside requests_, histories_;
  WriteBehind* const behind_;
  LogPartition* const log_;
  Costs& costs_;
  CommonsRows commons_rows_;
  std::vector<Source> sources_;
  std::unique_ptr<LiveRows> rows_;
  std::string hash_ = std::string(32, '\0');
  uint64_t index_ = 0;
  std::vector<std::string> values_;
  std::vector<Cost*> kinds_, unwritten_kinds_;
};

}  // namespace

absl::Status Budget(const Flags& flags) {
  EmbeddedLogOptions options;
  options.directory = flags.data + "/log";
  options.read_only = true;
  AFTERBELL_ASSIGN_OR_RETURN(const auto log, EmbeddedLog::Open(options));
  AFTERBELL_ASSIGN_OR_RETURN(const auto history, replay::History::Load(log.get(), {}));
  const std::string scratch = flags.data + "/budget";
  std::filesystem::remove_all(scratch);
  EmbeddedLogOptions made;
  made.directory = scratch + "/log";
  AFTERBELL_ASSIGN_OR_RETURN(const auto target, EmbeddedLog::Open(made));
  Costs costs;
  {
    std::vector<std::unique_ptr<Store>> stores;
    WriteBehind behind(UINT64_MAX / 2);
    for (const Service* service : CityServices()) {
      Store* of_service[3];
      for (int kind = 0; kind < 3; ++kind) {
        AFTERBELL_ASSIGN_OR_RETURN(
            auto store,
            Store::Open({.directory = absl::StrCat(scratch, "/", std::string(service->name()), kind),
                         .service = std::string(service->name()),
                         .merge_files = kind > 0 ? 16 : 0}));
        of_service[kind] = store.get();
        stores.push_back(std::move(store));
      }
      for (uint32_t number = 1; number <= history->school_partitions(); ++number) {
        const PartitionId id{std::string(service->name()), number};
        AFTERBELL_ASSIGN_OR_RETURN(const auto partition, target->Open(id));
        Maker maker(*history, *service, id, of_service[0], of_service[1], of_service[2], &behind,
                    partition.get(), &costs);
        AFTERBELL_RETURN_IF_ERROR(maker.Run());
      }
    }
  }
  std::filesystem::remove_all(scratch);
  for (const auto& [kind, cost] : costs) {
    double sum = 0;
    std::string stages;
    for (int stage = 0; stage < kStages; ++stage) {
      const double micros =
          cost.seconds[stage] * 1e6 / static_cast<double>(std::max<uint64_t>(1, cost.records));
      sum += micros;
      char text[64];
      std::snprintf(text, sizeof text, "\"%s_us\": %.2f, ", kNames[stage], micros);
      stages += text;
    }
    std::printf("{\"bench\": \"budget_%s\", \"records\": %lu, %s\"sum_us\": %.2f}\n", kind.c_str(),
                cost.records, stages.c_str(), sum);
  }
  return absl::OkStatus();
}

}  // namespace afterbell::bench
