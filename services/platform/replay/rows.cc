#include "services/platform/replay/rows.h"

namespace afterbell::replay {
namespace {

constexpr std::string_view kCommonsPrefix = "c/";
constexpr std::string_view kPolicyPrefix = "c/registry/policy/";

bool BeginsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

ReplayRows::ReplayRows(const PartitionId& id, const std::vector<std::unique_ptr<Commons>>& commons)
    : own_commons_(id.number == 0 ? "c/" + id.service + "/" : std::string()) {
  for (const std::unique_ptr<Commons>& each : commons) {
    commons_.Add(each.get());
    policy_.Add(each.get());
  }
}

void ReplayRows::ReadPolicyAt(uint64_t index) {
  policy_known_ = true;
  policy_.SetAsOf("registry", index);
}

const Rows* ReplayRows::CommonsOf(std::string_view key) const {
  if (!BeginsWith(key, kCommonsPrefix)) return nullptr;
  if (!own_commons_.empty() && BeginsWith(key, own_commons_)) return nullptr;
  return policy_known_ && BeginsWith(key, kPolicyPrefix) ? &policy_ : &commons_;
}

std::optional<std::string> ReplayRows::GetBytes(std::string_view key) const {
  const Rows* commons = CommonsOf(key);
  return commons == nullptr ? stored_.GetBytes(key) : commons->GetBytes(key);
}

void ReplayRows::ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const {
  const Rows* commons = CommonsOf(prefix);
  return commons == nullptr ? stored_.ScanBytes(prefix, from, visit)
                            : commons->ScanBytes(prefix, from, visit);
}

void ReplayRows::PutBytes(std::string_view key, std::string bytes) {
  stored_.PutBytes(key, std::move(bytes));
}

void ReplayRows::Erase(std::string_view key) { stored_.Erase(key); }

}  // namespace afterbell::replay
