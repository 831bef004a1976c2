// Making a Commit and folding one: the two halves of a partition's life, the same functions for the
// owner, a standby, a rebuild, replay and verification.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_RECORD_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_RECORD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/decider/service.h"
#include "services/platform/log/log.h"

namespace afterbell {

// The context of a decision, read from a Commit whose head (times, actor, district, school, cause) is
// filled in.
Context ContextOf(const log::v1::Commit& head, const PartitionId& partition, const std::string& log_id,
                  const Rows& rows, bool simulated_clock);

// Commands that a reaction or a deadline leads to, by the head's `cause` or `time_reached`, or that a
// run's step takes up again. `cause` is the record a reaction is about; null otherwise.
std::vector<std::string> CommandsOf(const Service& service, const Situation& situation,
                                    const log::v1::Commit& head, const Recorded* cause);

// Decides commands in order, one Commit for all, and fills in the head's events, refusal, blocked and
// policy. Each command sees what the one before decided; `rows` itself stays as it is, because state
// is folded from whole Commits only (EvolveRecorded), here as everywhere.
// Returns INVALID_ARGUMENT or NOT_FOUND for a command of a caller, with nothing changed: only a single
// command can end so; a reaction's error of that kind is left out, as a reaction has no caller.
// More than `events_max` events: RESOURCE_EXHAUSTED, nothing changed.
absl::Status Decide(const Service& service, const PartitionId& partition, const std::string& log_id,
                    const std::vector<std::string>& commands, bool simulated_clock,
                    const std::vector<policy::v1::ParameterValue>* overrides, size_t events_max,
                    log::v1::Commit* head, const Rows& rows);

// Folds a Commit: events, views, and the platform's own rows (deadlines fired, refusals seen,
// reactions blocked, runs).
void EvolveRecorded(const Service& service, const Recorded& recorded, MutableRows& rows);

// Row keys of the platform.
std::string RefusedKey(const log::v1::Commit& commit, const log::v1::Refusal& refusal);
std::string BlockedKey(std::string_view parameter, uint64_t index, int ordinal);
std::string RunKey(std::string_view run_id);
std::string RequestKey(const log::v1::Commit& commit);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_RECORD_H_
