// The chain: which records of a partition are valid. One small library for writer, reader, replay
// and verify alike.
//
// Valid records are numbered 1, 2, 3 … (the index). H(0) = SHA-256(log id ‖ 0 ‖ service ‖ 0 ‖ partition
// as four bytes, big endian), H(n) = SHA-256(H(n−1) ‖ the stored bytes of valid record n).
//
//   Genesis  valid if and only if it is the first record of its partition.
//   Claim    valid if and only if it names the newest valid claim (0: none); takes the next index.
//   Commit   valid if and only if its index is the next one, its tag is the first 8 bytes of H(index−1),
//            and the claim it names is the newest.
//   Restored valid if and only if its index is the next one and its tag matches.
// Anything else is void, for every reader, for ever. The rule needs nothing but the order of the log,
// so a compare-and-set is built where the log has none, and late, doubled, reordered or zombie records
// do no harm.
//
// A reader halts (kDiverged) when a claim's writer had read another history than its own, or when
// more void records follow the newest claim than a pipeline can hold.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_CHAIN_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_CHAIN_H_

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/log.h"

namespace afterbell {

// Where a reader of a partition stands: enough to go on.
struct ChainPosition {
  uint64_t index = 0;        // Of the last valid record.
  std::string hash;          // H(index), 32 bytes; empty before the Genesis.
  uint64_t claim_index = 0;  // The newest valid claim.
  uint64_t offset = 0;       // Where to read on: a hint of the log's, not part of the chain.
  std::string log_id;        // From the Genesis, or the newest Restored: what identities begin with.
};

// Where the last valid record stands, and H before it: so that it can be looked at again.
struct LastRecord {
  uint64_t offset = 0;
  std::string hash_before;
};

enum class Verdict { kValid, kVoid, kDiverged };

class Chain {
 public:
  // More void records than this in a row, under one claim, are another history.
  static constexpr uint64_t kVoidRecordsMax = 1 << 16;

  explicit Chain(PartitionId id) : id_(std::move(id)) {}
  Chain(PartitionId id, ChainPosition position, LastRecord last = {})
      : id_(std::move(id)), at_(std::move(position)), last_(std::move(last)) {}

  // Judges the next record as it stands in the log, at an offset (unless told: where to read on), and moves
  // on if it is valid. `value` is its stored bytes, `record` the same parsed.
  Verdict Offer(const log::v1::Record& record, std::string_view value, uint64_t offset);
  Verdict Offer(const log::v1::Record& record, std::string_view value) {
    return Offer(record, value, at_.offset);
  }

  // Whether a Commit would be found valid, without moving.
  bool Follows(const log::v1::Commit& commit) const;

  // Moves over a Commit that is known to be valid because these are the very bytes this writer
  // made for the next place, with the hash it computed then.
  void Accept(std::string_view hash, uint64_t offset);

  const ChainPosition& at() const { return at_; }
  const LastRecord& last() const { return last_; }
  void set_offset(uint64_t offset) { at_.offset = offset; }
  uint64_t void_records() const { return void_total_; }
  // Why Offer said kDiverged.
  const std::string& divergence() const { return divergence_; }

  // The tag the record after a hash carries.
  static uint64_t TagOf(std::string_view hash);
  // H(n) of H(n−1) and the stored bytes of record n.
  static std::string Next(std::string_view hash, std::string_view value);
  static std::string Start(std::string_view log_id, const PartitionId& id);

 private:
  Verdict Judge(const log::v1::Record& record, std::string_view value);
  void Move(std::string_view hash);
  bool IsNext(uint64_t index, uint64_t tag) const;
  Verdict Void();
  Verdict Valid(std::string_view value);

  PartitionId id_;
  ChainPosition at_;
  LastRecord last_;
  uint64_t void_under_claim_ = 0;
  uint64_t void_total_ = 0;
  // Hashes of the last records, to hold against what claimants had read. There is a chain for each partition
  // of a process, so they have no memory of their own.
  static constexpr size_t kRecentMax = 1 << 13;
  std::deque<std::array<char, 32>> recent_;  // recent_.back() is H(index).
  std::string divergence_;
};

// Whether `value` is the record that a chain ended with.
bool IsLastOf(const Chain& chain, std::string_view value);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_CHAIN_H_
