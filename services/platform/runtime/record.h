// Making a Commit and folding one: the two halves of a partition's life, the same functions for the
// owner, a standby, a rebuild, replay and verification.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_RECORD_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_RECORD_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/base/time.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/log.h"
#include "services/platform/projection/row_block.h"
#include "services/platform/projection/stored.pb.h"
#include "services/platform/runtime/tables.h"

namespace afterbell {

// The context of a decision, read from a Commit whose head (times, actor, district, school, cause) is
// filled in.
Context ContextOf(const log::v1::Commit& head, const PartitionId& partition, const std::string& log_id,
                  const Rows& rows, bool simulated_clock);

// Whose decisions, and under what. Refers to what it is made from.
struct Decider {
  const Service& service;
  const PartitionId& partition;
  const std::string& log_id;
  bool simulated_clock = false;
  const std::vector<policy::v1::ParameterValue>* overrides = nullptr;
  size_t events_max = SIZE_MAX;             // Of one command of a caller.
  policy::PolicyCache* policies = nullptr;  // Null: every value is looked for anew.
};

// Decides what a head asks for: its command, its `cause`, its deadline or the step of its run; and
// fills in its events, refusal, blocked, policy and the runs it opens. `cause` is the record a reaction
// is about; null otherwise.
//
// Where several commands follow they are decided in order, one Commit for all, and each sees what the
// one before decided; `rows` itself stays as it is, because state is folded from whole Commits only
// (EvolveRecorded), here as everywhere.
//
// Returns INVALID_ARGUMENT or NOT_FOUND for a command of a caller, and RESOURCE_EXHAUSTED for one that
// leads to more than `events_max` events, with nothing changed. A reaction's error of that kind is left
// out, as a reaction has no caller.
//
// `made` gets the events as they were decided, so that who folds them here need not parse them; null: nobody
// wants them.
absl::Status DecideHead(const Decider& decider, const Recorded* cause, const RowSource& rows,
                        log::v1::Commit* head, SharedEvents* made = nullptr);

// Whether a decided head says anything: a reaction that does not is quiet, and is not recorded.
bool SaysAnything(const log::v1::Commit& head);

// Folds a Commit: events, views, and the platform's own rows (deadlines fired, refusals seen, reactions
// blocked, runs).
void EvolveRecorded(const Service& service, const Recorded& recorded, RowSink& rows);

// Whether a record of the same-numbered partition of `source` holds anything for a service: facts, or a
// cause. What does not may be passed without being folded.
bool Concerns(const Service& service, std::string_view source, const log::v1::Commit& commit);

// Rows kept beside the state (beside.h): the request id of a record, and the entities it names.
void RequestRowsOf(const Recorded& recorded, uint64_t offset, RowBlock* rows);
void HistoryRowsOf(const Service& service, const Recorded& recorded, uint64_t offset, RowBlock* rows);

// One record in the history of an entity, in order of index.
struct HistoryEntry {
  uint64_t index = 0;
  uint64_t offset = 0;  // Fetch hint.
};
// Where an entity's records are kept, and from which key on those after an index are.
std::string HistoryPrefix(std::string_view entity);
std::string HistoryKeyAfter(std::string_view entity, uint64_t index);
HistoryEntry HistoryEntryOf(std::string_view key, std::string_view value);

// Who asked, and with which id; and the key it is kept under beside the state: a digest of that, a third as
// long.
std::string RequestKey(const log::v1::Commit& commit);
std::string RequestRowKey(std::string_view request_key);
// What is kept there. When it was recorded stands first, so that rows which have expired are known unparsed.
struct RequestRow {
  Micros recorded_at = 0;
  stored::StoredRequest record;
};
Micros RequestRecordedAt(std::string_view row);
RequestRow ParseRequestRow(std::string_view row);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_RECORD_H_
