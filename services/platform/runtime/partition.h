// A partition of a service at work: an actor. It reads its own records back, folds what other
// services recorded, reacts, lets deadlines fire, decides commands, and appends.
//
// The owner decides against rows in memory (live_rows.h): what was read back, its own records in flight on
// top, and foreign facts not yet recorded as seen. Nothing is answered before its record has been read back
// valid; and for nothing else: stores are written behind. State advances by one path only: what was read
// back. So state at own index n is a pure function of the log, and every instance that has read n valid
// records holds the same rows.
//
// A foreign record is folded only after everything its writer had seen of this partition's sources,
// so that nobody judges on older facts than the judged had. A cause whose reaction decides something
// closes the Commit: `seen` of the reaction names the cause, and is the reaction cursor.
//
// Threads: Submit, Wait, Poke and the accessors may be called from any thread; callbacks come on a
// thread of the pool and must not wait.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_PARTITION_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_PARTITION_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/config/config.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/chain.h"
#include "services/platform/log/log.h"
#include "services/platform/projection/store.h"
#include "services/platform/runtime/beside.h"
#include "services/platform/runtime/commons.h"
#include "services/platform/runtime/decoded_log.h"
#include "services/platform/runtime/live_rows.h"
#include "services/platform/runtime/pool.h"
#include "services/platform/runtime/record.h"
#include "services/platform/runtime/write_behind.h"

namespace afterbell {

// Every queue has a name and an end (proto/afterbell/config/v1/config.proto). Reaching one is a status for
// the caller, not a crash.
using Limits = config::v1::Limits;

using SteadyTime = std::chrono::steady_clock::time_point;

// Who answers commands of a partition, as its newest claim says.
struct Owner {
  std::string instance_id;  // Empty: nobody has claimed it yet.
  std::string address;
  uint64_t claim_index = 0;
};

// A command on its way. `head` carries what the Commit will say of it: command, district, school,
// actor, request id and digest, capture, and occurred_at where the caller gave one.
struct CommandCall {
  log::v1::Commit head;
  SteadyTime deadline = SteadyTime::max();
  // With OK: the Commit it is answered from (decided, quiet or refused). Otherwise nothing of it was
  // recorded, unless the code is DEADLINE_EXCEEDED or UNKNOWN.
  std::function<void(const absl::Status& status, const log::v1::Commit* commit)> done;
  // Called instead when another instance owns the partition: it is to be asked. Empty: UNAVAILABLE.
  std::function<void(CommandCall call, const Owner& owner)> moved;
  // The newest claim whoever sent it knows of: it is not sent back there, but waits for a newer one.
  uint64_t claim_index = 0;
  std::string elsewhere;  // Who did not answer it, and why: what became of it there is not known.
  absl::Status error;     // What it is answered when the record it waits for has been read back, if not that.
};

// What all partitions of a process share.
struct Shared {
  EventLog* log = nullptr;
  Pool* pool = nullptr;
  std::vector<Commons*> commons;  // registry's and staffing's.
  std::string log_id;             // Of the Genesis: what requests are digested with, and decisions made.
  std::string incarnation;  // What identities and positions begin with: the log id, until it was restored.
  uint32_t school_partitions = 16;
  log::v1::Clock clock = log::v1::REAL;
  bool begins = true;  // A partition that holds nothing is begun here.
  std::string instance_id;
  std::string address;
  Limits limits = DefaultLimits();
  std::function<Micros()> now;  // Of a REAL clock.
  // Told of each claim that is read, on the partition's thread, which holds no lock of its own then.
  std::function<void(const PartitionId& id, const Owner& owner)> claimed;
  // The newest moment any partition knows of: by it request ids expire.
  std::atomic<Micros>* newest = nullptr;
  WriteBehind* write_behind = nullptr;
  std::shared_ptr<RowBudget> budget;
};

// Rows of one partition as of one moment, with the commons as of its `seen`; good while the call lasts that
// they are given to.
struct ReadView {
  std::shared_ptr<const RowSource> rows;
  log::v1::Position position;
  Micros recorded_at = 0;  // The newest moment the rows know of.
  // Which records name an entity, oldest first: at most so many, after an index.
  std::function<std::vector<HistoryEntry>(std::string_view entity, uint64_t after, int records_max)> history;
};

// The databases of a service. They outlive its partitions.
struct Stores {
  Store* state = nullptr;
  // Null where nothing is decided and nobody asks:
  Store* requests = nullptr;  // Request ids, kept for a time,
  Store* history = nullptr;   // and which records name an entity (beside.h).
};

class Partition : public std::enable_shared_from_this<Partition> {
 public:
  struct Stats {
    uint64_t index = 0;
    uint64_t void_records = 0;
    uint64_t claims = 0;
    uint64_t commits = 0;  // Read back, own.
    bool owner = false;
    bool caught_up = false;  // Has once read all its log was known to hold.
    Owner newest;
    uint64_t read_offset = 0;
    uint64_t end_offset = 0;
    std::string halted;  // Why; empty while it works.
    bool quiet = false;
    std::vector<std::pair<PartitionId, uint64_t>> hears;  // Its sources, and where they are known to end.
    size_t row_bytes = 0;                                 // Of rows in memory, about.
    size_t rows_unwritten = 0;                            // Settled, and in no batch.
    uint64_t written_index = 0;                           // What the store holds.
  };

  // Its own log, and those of the same-numbered partitions it reads.
  Partition(const Service& service, std::shared_ptr<DecodedLog> log,
            std::vector<std::shared_ptr<DecodedLog>> reads, const Stores& stores, const Shared& shared);
  ~Partition();

  // Begins to read.
  void Start();

  // Claims the partition, from here on, and decides.
  void Own();

  // Claims no more. Decides on until another instance's claim is read, so that nobody waits meanwhile.
  void Release();

  // Hears nothing more, answers what is in flight, and records which facts it has seen; what is asked from
  // here on is refused UNAVAILABLE. Many partitions are told to stop before the first of them is waited for.
  void Stop();
  void WaitStopped();

  void Submit(CommandCall call);

  // Calls `reached` with rows that hold these records (own and foreign), or with an error:
  // FAILED_PRECONDITION (another log, beyond the end), DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED.
  // `written`: when the store of its state holds them too.
  void Wait(const log::v1::Position& position, SteadyTime deadline, bool written,
            std::function<void(absl::StatusOr<ReadView>)> reached);

  // Something may have changed: look. Somebody waits for the answer, unless it is foreign news alone.
  enum class Urgency { kSoon, kLater };
  void Poke(Urgency urgency = Urgency::kSoon);

  // To be called every tick. Waiters and commands whose deadline has passed are told so; what a failed
  // append has put off is tried again.
  void Expire(SteadyTime now);

  // When the next deadline of the domain is due (REAL clock), or the far future.
  Micros NextDue() const { return next_due_.load(); }

  // Records that hold nothing for it are passed soon, not at the next tick: somebody waits for it to be
  // quiet.
  void PassNews();

  // True when everything its logs hold has been read, decided and answered, and nothing is due.
  bool Quiet() const;
  // Gives its stores what it has, at once.
  void WriteOut();

  // True when facts it folded are not recorded as seen yet, and so not in its store.
  bool HasUnseen() const { return has_unseen_; }
  // Records what was folded at once, not within unseen_ms_max.
  void RecordSeen();
  uint64_t End() const { return log_->End(); }

  // One record of its log, by offset. UNAVAILABLE when the log has not fetched it in time.
  absl::StatusOr<std::shared_ptr<log::v1::Record>> ReadRecord(uint64_t offset,
                                                              std::chrono::milliseconds at_most) const;

  const PartitionId& id() const { return id_; }
  // What the log went by when a record was written: the first part of its identity.
  std::string LogIdOf(uint64_t index) const;
  Stats stats() const;
  // Owns what it was to own, and has read what there was.
  bool Ready() const;
  // Why the partition halted; OK while it works.
  absl::Status halted() const;

 private:
  // How long nothing happens before a partition gives memory back, and its stores the little they lack.
  static constexpr std::chrono::seconds kRestAfter{5};
  // After so long a turn begins nothing more, and whoever else waits for the thread comes first. One command,
  // what one record has seen, and what is read before a turn looks at the time again are not broken off.
  static constexpr std::chrono::milliseconds kTurnAtMost{4};

  // A partition it reads. `folded` is how far the rows in memory have; `carried` how far the newest
  // Commit in flight says so.
  struct Source {
    PartitionId id;
    Commons* commons = nullptr;           // Null for a same-numbered partition,
    std::shared_ptr<DecodedLog> decoded;  // which is read here.
    std::unique_ptr<LogReader> reader;
    std::shared_ptr<LogPartition> log;
    ChainPosition folded;  // The rows in memory hold everything up to here.
    uint64_t carried = 0;
  };
  // Of all sources, in their order. Shared: most records find it as the one before did.
  using Positions = std::shared_ptr<const std::vector<ChainPosition>>;

  // Decided, appended or about to be, not read back.
  struct Pending {
    std::string value;  // Until it is appended.
    std::string hash;
    std::shared_ptr<DecodedRecord> made;  // Where it stands is filled in when it is read back.
    Positions sources;                    // As folded when it was decided.
    Micros newest = 0;
    // Who is answered from it: the command's, and repeats of it; and who is answered an error then.
    std::vector<CommandCall> calls;
  };

  struct Waiter {
    log::v1::Position position;
    SteadyTime deadline;
    bool written;
    std::function<void(absl::StatusOr<ReadView>)> reached;
  };

  struct DecidedRequest {
    size_t serial;  // Of the pending record.
    std::string digest;
  };

  // One turn: everything there is to do now.
  void Step();
  absl::Status Turn(std::deque<CommandCall>* calls);
  void FinishStopping(std::deque<CommandCall>* calls);
  void SayStopped();
  bool WantsOwner() const;
  absl::Status TakeAppendFailure();
  void MoveCalls(std::deque<CommandCall>* calls);
  bool MustHold() const;
  void RefuseForRoom(std::deque<CommandCall>* calls);

  // Reading back.
  absl::StatusOr<bool> CheckStored();
  absl::Status ReadOwn();
  absl::StatusOr<bool> ReadOwnRecord(const DecodedPtr& read);
  void SettleFront(uint64_t offset);
  absl::StatusOr<bool> FoldSeen(const log::v1::Commit& commit);
  absl::Status FoldRecorded(const DecodedRecord& read);
  absl::Status CheckBeside(bool at_end) const;
  void TakeBeside(const Recorded& recorded, uint64_t offset);
  absl::StatusOr<bool> CatchUpBeside();
  void AnswerSettled();
  void CountSettled();
  stored::StoredPosition PositionOfSettled() const;
  absl::Status TakeWritten();
  void CaptureBatch(bool rows_now, bool beside_now);
  void CaptureRows(bool now);
  void CaptureBeside(bool now);
  bool IsPressed() const;
  bool MustWaitForWriter() const;
  size_t BesideRows() const;
  void CountBesideBytes();
  void RestRows();
  void LoseOwnership();
  void Reset(const absl::Status& answer);
  void ClaimPartition();
  void Halt(absl::Status why);

  // Intake. `react`: as the owner, with reactions; otherwise only the rows.
  absl::Status AdvanceIntake();
  absl::Status AdvanceSource(Source* source, uint64_t until_index, bool react);
  absl::Status AdvanceCommons(Source* source, uint64_t until_index, bool react);
  absl::Status AdvanceReader(Source* source, uint64_t until_index, bool react);
  absl::StatusOr<bool> ReachSeenOf(const log::v1::Commit& commit, const Source& source);
  std::shared_ptr<void> ListenTo(const Source& source);
  void FoldForeign(const Source& source, const Recorded& recorded, bool react);
  void React(const Recorded& cause);
  Positions FoldedPositions();
  // Its log holds more than was folded.
  static bool IsBehind(const Source& source);
  // Where the last of its own records stands that was read back.
  const ChainPosition& settled() const { return reader_->at(); }

  // Deciding.
  void FireDeadlines();
  void TakeRunSteps();
  void DecideCommand(CommandCall call);
  bool AnswerRepeat(CommandCall* call);
  void AnswerError(CommandCall call, absl::Status error);
  log::v1::Commit NewHead();
  // `events`: of the head, as they were decided; null: it has none.
  void Push(log::v1::Commit head, SharedEvents* events);
  void PushMade(std::shared_ptr<DecodedRecord> made, std::vector<CommandCall> calls);
  void AppendNew();
  Micros Now();
  // The stores hold all that was read back.
  bool Written() const {
    return written_index_ == settled().index &&
           (requests_ == nullptr || beside_written_index_ >= settled().index);
  }
  // For another record, in flight and in this turn.
  bool HasRoom() { return pending_.size() < shared_.limits.commands_in_flight_max() && !TurnIsOver(); }
  bool TurnIsOver();

  // Queries.
  void ServeWaiters();
  void KeepForNextTurn(std::deque<std::pair<Waiter, absl::Status>>* served);
  bool WantsSeen(bool asked, bool stopping) const;
  bool Reached(const log::v1::Position& position, absl::Status* never) const;
  uint64_t SettledIndexOf(const std::string& service, uint32_t partition) const;
  ReadView ViewOfSettled() const;
  const Service& service_;
  const PartitionId id_;
  const std::shared_ptr<DecodedLog> decoded_;
  const std::shared_ptr<LogPartition> log_;
  Store* const store_;
  const Shared& shared_;

  // Used by Step alone.
  const std::unique_ptr<BytesRows> stored_rows_;
  std::unique_ptr<Beside> requests_, history_;  // Null where the stores are.
  bool beside_caught_up_ = false;
  bool stored_checked_ = false;
  CommonsRows commons_rows_;
  // Registry's own partition 0 reads its own rows, and looks for every value anew.
  const std::unique_ptr<policy::PolicyCache> policies_;
  const Decider decider_;
  std::unique_ptr<LiveRows> rows_;
  std::unique_ptr<LogReader> reader_;  // Its records, as read back.
  Positions committed_sources_;        // As of the last record read back, in order of sources_,
  Micros committed_newest_ = 0;        // with the newest recorded_at known there.
  // What the store of its state holds, and will, when the batch under way is written; and those beside, which
  // may be ahead of it at first.
  uint64_t written_index_ = 0, captured_index_ = 0;
  uint64_t beside_written_index_ = 0, beside_captured_index_ = 0;
  uint64_t counted_index_ = 0;  // Looked at, and so many counted as in no file, since the last batch:
  uint64_t counted_ = 0, counted_beside_ = 0;
  size_t beside_bytes_ = 0;  // Of memory, in the budget.
  SteadyTime unwritten_since_ = SteadyTime::max();
  SteadyTime captured_since_ = SteadyTime::max();  // What the batch under way holds was unwritten since then.
  SteadyTime settled_at_ = SteadyTime::max();      // The last record; max: the stores beside have it.
  // Something was decided, here or by its owner, or read at the start, since it was last looked at for rest,
  bool worked_ = true;
  SteadyTime idle_since_ = SteadyTime::max();  // and nothing since then.
  bool caught_up_ = false;
  bool waits_for_writer_ = false;  // While a long log is folded.
  bool reads_on_ = false;          // Of its own records: the turn was over before it had come to the end.
  SteadyTime turn_ends_ = SteadyTime::max();
  std::vector<Source> sources_;
  Positions folded_;  // Of them; null when one has moved.
  std::deque<Pending> pending_;
  size_t settled_ = 0;               // How many pendings have left the front: the serial of the front.
  size_t appended_ = 0;              // How many of pending_, from the front, were handed to the log.
  std::vector<Pending> unanswered_;  // Read back, answered at the end of the batch.
  std::map<std::string, DecidedRequest> requests_in_flight_;
  std::deque<CommandCall> later_;  // Repeats, while the log fetches the record they are answered from.
  std::string tail_hash_;
  uint64_t tail_index_ = 0;
  Micros newest_ = 0;                           // The newest recorded_at of own and folded records.
  uint64_t unseen_ = 0;                         // Foreign records folded since the newest Commit,
  SteadyTime facts_since_ = SteadyTime::max();  // and since when facts are among them.
  SteadyTime short_since_ = SteadyTime::max();  // The next own record has seen what is not here.
  Owner newest_claim_;
  bool owner_ = false;  // The newest claim is ours.
  bool claiming_ = false;
  Micros moment_ = 0;  // Of a REAL clock: read once a turn, so that no deadline passes within one.
  Micros clock_ = 0;   // Of a SIMULATED log, as of `clock_index_` of registry's commons.
  uint64_t clock_index_ = ~uint64_t{0};
  uint64_t runs_seen_ = ~uint64_t{0};  // work_changes() of the rows when there was no run,
  uint64_t work_seen_ = ~uint64_t{0};  // and when no deadline was due before work_time_.
  Micros work_time_ = 0;
  SteadyTime append_again_;  // After a failed append nothing is appended unasked until then.
  std::vector<std::shared_ptr<void>> growth_;

  // Shared with other threads.
  mutable std::mutex mutex_;
  std::deque<CommandCall> queue_;
  std::vector<Waiter> waiters_;
  absl::Status append_failed_;
  absl::Status halted_;
  std::vector<std::pair<uint64_t, std::string>> names_;  // Of the log, since it was restored at an index.
  bool wants_seen_ = false;
  bool wants_written_ = false;  // Its state; or everything.
  bool wants_all_written_ = false;
  std::optional<absl::Status> batch_done_;                      // Of the batch under way,
  std::vector<std::pair<uint64_t, absl::Status>> beside_done_;  // and of those beside, up to an index.
  bool want_owner_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
  std::condition_variable has_stopped_;
  Stats stats_;
  enum class Scheduled { kNo, kLater, kSoon };  // Whoever finds or makes it kSoon runs the turns, alone.
  std::atomic<Scheduled> scheduled_{Scheduled::kNo};
  std::atomic<bool> again_{false};
  std::atomic<bool> quiet_{false};
  std::atomic<uint64_t> quiet_ends_{0};  // The ends of all its logs, added up, when it came to rest.
  std::atomic<Micros> next_due_{INT64_MAX};
  std::atomic<bool> looks_again_{false};     // At the next tick.
  std::atomic<bool> wants_all_news_{false};  // Somebody waits for records that hold nothing for it;
  std::atomic<bool> passed_news_{false};     // else there are some, to be passed at the next tick.
  std::atomic<bool> has_unseen_{false};
  std::atomic<bool> seen_asked_{false};
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_PARTITION_H_
