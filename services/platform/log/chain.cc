#include "services/platform/log/chain.h"

#include <cstdlib>
#include <utility>

#include "services/platform/base/ids.h"

namespace afterbell {

uint64_t Chain::TagOf(std::string_view hash) {
  uint64_t tag = 0;
  for (int i = 7; i >= 0; --i) tag = tag << 8 | static_cast<unsigned char>(hash[i]);
  return tag;
}

std::string Chain::Next(std::string_view hash, std::string_view value) { return Sha256(hash, value); }

std::string Chain::Start(std::string_view log_id, const PartitionId& id) {
  std::string named(log_id);
  named += '\0';
  named += id.service;
  named += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) named += static_cast<char>(id.number >> shift & 0xff);
  return Sha256(named);
}

Verdict Chain::Void() {
  ++void_total_;
  if (++void_under_claim_ <= kVoidRecordsMax) return Verdict::kVoid;
  divergence_ = ToString(id_) + ": more than " + std::to_string(kVoidRecordsMax) +
                " void records under claim " + std::to_string(at_.claim_index);
  return Verdict::kDiverged;
}

Verdict Chain::Valid(std::string_view value) {
  Move(Next(at_.hash, value));
  return Verdict::kValid;
}

void Chain::Accept(std::string_view hash, uint64_t offset) {
  Move(hash);
  last_.offset = offset;
  at_.offset = offset + 1;
}

void Chain::Move(std::string_view hash) {
  ++at_.index;
  std::swap(last_.hash_before, at_.hash);
  at_.hash.assign(hash);
  std::array<char, 32>& recent = recent_.emplace_back();
  at_.hash.copy(recent.data(), recent.size());
  if (recent_.size() > kRecentMax) recent_.pop_front();
}

bool Chain::IsNext(uint64_t index, uint64_t tag) const {
  return at_.index > 0 && index == at_.index + 1 && tag == TagOf(at_.hash);
}

bool Chain::Follows(const log::v1::Commit& commit) const {
  return IsNext(commit.index(), commit.tag()) && commit.claim_index() == at_.claim_index;
}

Verdict Chain::Offer(const log::v1::Record& record, std::string_view value, uint64_t offset) {
  const Verdict verdict = Judge(record, value);
  if (verdict == Verdict::kValid) last_.offset = offset;
  at_.offset = offset + 1;
  return verdict;
}

Verdict Chain::Judge(const log::v1::Record& record, std::string_view value) {
  if (at_.index == 0) {
    if (!record.has_genesis() || record.genesis().service() != id_.service ||
        record.genesis().partition() != id_.number) {
      return Void();
    }
    at_.log_id = record.genesis().log_id();
    at_.hash = Start(at_.log_id, id_);
    return Valid(value);
  }
  switch (record.body_case()) {
    case log::v1::Record::kClaim: {
      const log::v1::Claim& claim = record.claim();
      if (claim.previous_claim_index() != at_.claim_index) return Void();
      // What its writer had read must be what we have read.
      const uint64_t oldest = at_.index - (recent_.empty() ? 0 : recent_.size() - 1);
      if (claim.read_index() > at_.index) {
        divergence_ = ToString(id_) + ": a claim had read to " + std::to_string(claim.read_index()) +
                      ", the log here ends at " + std::to_string(at_.index);
        return Verdict::kDiverged;
      }
      const auto is_other = [&](const auto& hash) {
        return std::string_view(hash.data(), hash.size()) != claim.read_hash();
      };
      if (!recent_.empty() && claim.read_index() >= oldest &&
          is_other(recent_[claim.read_index() - oldest])) {
        divergence_ =
            ToString(id_) + ": a claim had read another record " + std::to_string(claim.read_index());
        return Verdict::kDiverged;
      }
      const Verdict verdict = Valid(value);
      at_.claim_index = at_.index;
      void_under_claim_ = 0;
      return verdict;
    }
    case log::v1::Record::kCommit:
      return Follows(record.commit()) ? Valid(value) : Void();
    case log::v1::Record::kRestored:
      if (!IsNext(record.restored().index(), record.restored().tag())) return Void();
      at_.log_id = record.restored().incarnation();
      return Valid(value);
    default:
      return Void();
  }
}

bool IsLastOf(const Chain& chain, std::string_view value) {
  return chain.at().index > 0 && Chain::Next(chain.last().hash_before, value) == chain.at().hash;
}

}  // namespace afterbell
