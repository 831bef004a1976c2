// Precedence of policy values, and the getters rules use. The header says the order, and why.
#include "services/platform/policy/resolve.h"

#include <algorithm>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "services/platform/policy/keys.h"
#include "services/platform/policy/tables.h"

namespace afterbell::policy {
namespace {

constexpr char kUnsetPayload[] = "afterbell.unset";

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

// How near a scope comes to a place: a province's fee standard, then season, grade, stage, school,
// then depth of the area; nothing where it does not apply there at all.
using Nearness = std::tuple<bool, bool, bool, bool, bool, int>;

std::optional<Nearness> NearnessOf(const v1::Scope& scope, const Place& place, bool province_prevails) {
  int depth = 0;
  if (!scope.area_id().empty()) {
    const auto area = std::find(place.area_ids.begin(), place.area_ids.end(), scope.area_id());
    if (area == place.area_ids.end()) return std::nullopt;
    depth = 1 + static_cast<int>(area - place.area_ids.begin());
  }
  const auto applies = [](const std::string& asked, const std::string& here) {
    return asked.empty() || asked == here;
  };
  if (!applies(scope.school_id(), place.school_id) || !applies(scope.stage(), place.stage) ||
      !applies(scope.grade(), place.grade) || !applies(scope.season(), place.season)) {
    return std::nullopt;
  }
  const bool displaces =
      province_prevails && !place.province_id.empty() && scope.area_id() == place.province_id;
  return Nearness{displaces,
                  !scope.season().empty(),
                  !scope.grade().empty(),
                  !scope.stage().empty(),
                  !scope.school_id().empty(),
                  depth};
}

bool InForce(const v1::ParameterValue& value, std::string_view on) {
  return (value.effective_from().empty() || std::string_view(value.effective_from()) <= on) &&
         (value.effective_to().empty() || on <= std::string_view(value.effective_to()));
}

bool IsNote(const v1::ParameterValue& value) { return value.value().has_note(); }
bool IsUnset(const v1::ParameterValue& value) { return value.value().has_unset(); }

// Bytes are comparable here: values hold no maps, and both sides come from the same build.
bool Same(const v1::ParameterValue& a, const v1::ParameterValue& b) {
  return a.unit() == b.unit() && a.value().SerializeAsString() == b.value().SerializeAsString();
}

struct Candidate {
  bool overriding;
  Nearness nearness;
  v1::ParameterValue value;

  // Greater goes first.
  auto Rank() const {
    return std::make_tuple(!IsNote(value), overriding, nearness, std::string_view(value.issued_on()),
                           std::string_view(value.effective_from()), std::string_view(value.value_id()));
  }
};

// What a cache knows a question by. The parts hold no zero bytes.
void MakeQuestion(std::string_view key, const Place& place, std::string_view on, std::string* question) {
  question->assign(key);
  for (const std::string_view part :
       {on, std::string_view(place.school_id), std::string_view(place.stage), std::string_view(place.grade),
        std::string_view(place.season), std::string_view(place.province_id)}) {
    *question += '\0';
    *question += part;
  }
  for (const std::string& area : place.area_ids) {
    *question += '\0';
    *question += area;
  }
}

}  // namespace

absl::Status Unset(std::string_view key, std::string_view what) {
  absl::Status status =
      absl::FailedPreconditionError(absl::StrCat("parameter '", View(key), "' ", View(what)));
  status.SetPayload(kUnsetPayload, absl::Cord(View(key)));
  return status;
}

std::string UnsetParameter(const absl::Status& status) {
  const auto payload = status.GetPayload(kUnsetPayload);
  return payload ? std::string(*payload) : std::string();
}

struct PolicyCache::Kept {
  absl::flat_hash_map<std::string, std::shared_ptr<const Resolution>> resolutions;
  std::string question;  // What it has allocated serves again.
};

PolicyCache::PolicyCache(std::function<uint64_t()> version)
    : version_of_rows_(std::move(version)), kept_(std::make_unique<Kept>()) {}
PolicyCache::~PolicyCache() = default;

void PolicyCache::Refresh() {
  const uint64_t version = version_of_rows_();
  if (version != version_) kept_->resolutions.clear();
  version_ = version;
}

Policy::Policy(Rows rows, const std::vector<v1::ParameterValue>* overrides, PolicyCache* cache)
    : rows_(rows), overrides_(overrides), cache_(cache) {
  if (cache_ != nullptr) cache_->Refresh();
}

Resolution Policy::Settle(std::string_view key, const Place& place, std::string_view on) const {
  const KeyInfo* info = FindKey(key);
  const bool province_prevails = info != nullptr && info->province_prevails;
  std::vector<Candidate> candidates;
  const auto consider = [&](const v1::ParameterValue& value, bool overriding) {
    if (std::string_view(value.key()) != key || !InForce(value, on)) return;
    if (const auto nearness = NearnessOf(value.scope(), place, province_prevails)) {
      candidates.push_back({overriding, *nearness, value});
    }
  };
  if (overrides_ != nullptr) {
    for (const v1::ParameterValue& value : *overrides_) consider(value, true);
  }
  rows_.Scan(kValues, Prefix(key::Word(key)),
             [&](const v1::ParameterValue& value) { consider(value, false); });
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.Rank() > b.Rank(); });

  Resolution resolution;
  for (Candidate& candidate : candidates) resolution.candidates.push_back(std::move(candidate.value));
  if (resolution.candidates.empty() || IsNote(resolution.candidates.front())) return resolution;
  resolution.binding = resolution.candidates.front();
  if (IsUnset(*resolution.binding)) return resolution;
  for (const v1::ParameterValue& candidate : resolution.candidates) {
    if (IsNote(candidate) || IsUnset(candidate) || Same(candidate, *resolution.binding)) continue;
    resolution.conflicts.push_back(candidate);
  }
  return resolution;
}

std::shared_ptr<const Resolution> Policy::Resolve(std::string_view key, const Place& place,
                                                  std::string_view on) const {
  if (cache_ == nullptr) return std::make_shared<const Resolution>(Settle(key, place, on));
  auto& [kept, question] = *cache_->kept_;
  MakeQuestion(key, place, on, &question);
  if (const auto found = kept.find(question); found != kept.end()) return found->second;
  auto resolution = std::make_shared<const Resolution>(Settle(key, place, on));
  if (kept.size() >= PolicyCache::kResolutionsMax) kept.clear();
  kept.emplace(question, resolution);
  return resolution;
}

void Policy::Note(std::string_view key, const v1::ParameterValue* value) {
  const std::string_view value_id =
      value == nullptr ? std::string_view() : std::string_view(value->value_id());
  for (const Use& use : uses_) {
    if (use.key == key && use.value_id == value_id) return;
  }
  uses_.push_back({std::string(key), std::string(value_id), value != nullptr && value->provisional()});
}

RowPtr<v1::ParameterValue> Policy::Find(std::string_view key, const Place& place, std::string_view on) {
  const std::shared_ptr<const Resolution> resolution = Resolve(key, place, on);
  Note(key, resolution->binding ? &*resolution->binding : nullptr);
  if (!resolution->binding || IsUnset(*resolution->binding)) return nullptr;
  return {resolution, &*resolution->binding};
}

absl::StatusOr<RowPtr<v1::ParameterValue>> Policy::Need(std::string_view key, const Place& place,
                                                        std::string_view on) {
  if (FindKey(key) == nullptr) {
    return absl::InternalError(absl::StrCat("parameter '", View(key), "' is not in the table of keys"));
  }
  const std::shared_ptr<const Resolution> resolution = Resolve(key, place, on);
  Note(key, resolution->binding ? &*resolution->binding : nullptr);
  if (!resolution->binding) return Unset(key, absl::StrCat("has no value here on ", View(on)));
  if (IsUnset(*resolution->binding)) {
    return Unset(key, absl::StrCat("is unset by instrument '", resolution->binding->instrument_id(), "'"));
  }
  return RowPtr<v1::ParameterValue>(resolution, &*resolution->binding);
}

#define AFTERBELL_TYPED(Function, Type, has, get)                                                        \
  absl::StatusOr<Type> Policy::Function(std::string_view key, const Place& place, std::string_view on) { \
    auto value = Need(key, place, on);                                                                   \
    if (!value.ok()) return value.status();                                                              \
    if (!(*value)->value().has()) return Unset(key, "has a value of another type than " #Function);      \
    return Type((*value)->value().get());                                                                \
  }
AFTERBELL_TYPED(Fen, int64_t, has_fen, fen)
AFTERBELL_TYPED(Count, int64_t, has_count, count)
AFTERBELL_TYPED(Minutes, int64_t, has_minutes, minutes)
AFTERBELL_TYPED(Choice, std::string, has_choice, choice)
AFTERBELL_TYPED(TimeOfDay, std::string, has_time, time)
#undef AFTERBELL_TYPED

absl::StatusOr<std::vector<std::string>> Policy::Words(std::string_view key, const Place& place,
                                                       std::string_view on) {
  auto value = Need(key, place, on);
  if (!value.ok()) return value.status();
  const v1::Value& typed = (*value)->value();
  if (!typed.has_words()) return Unset(key, "has a value of another type than Words");
  return std::vector<std::string>(typed.words().word().begin(), typed.words().word().end());
}

bool Policy::Flag(std::string_view key, const Place& place, std::string_view on) {
  const auto value = Find(key, place, on);
  return value && value->value().has_flag() && value->value().flag();
}

absl::StatusOr<std::optional<v1::Value>> Policy::EntryValue(std::string_view key, std::string_view name,
                                                            const Place& place, std::string_view on) {
  auto value = Need(key, place, on);
  if (!value.ok()) return value.status();
  for (const v1::Entry& entry : (*value)->value().entries().entry()) {
    if (std::string_view(entry.name()) != name) continue;
    if (entry.value().has_unset()) return Unset(absl::StrCat(View(key), ".", View(name)), "is unset");
    return std::optional<v1::Value>(entry.value());
  }
  return std::optional<v1::Value>();
}

absl::StatusOr<std::optional<int64_t>> Policy::Entry(std::string_view key, std::string_view name,
                                                     const Place& place, std::string_view on) {
  auto value = EntryValue(key, name, place, on);
  if (!value.ok()) return value.status();
  if (!*value) return std::optional<int64_t>();
  switch ((*value)->value_case()) {
    case v1::Value::kCount:
      return std::optional<int64_t>((*value)->count());
    case v1::Value::kFen:
      return std::optional<int64_t>((*value)->fen());
    case v1::Value::kMinutes:
      return std::optional<int64_t>((*value)->minutes());
    case v1::Value::kShareBp:
      return std::optional<int64_t>((*value)->share_bp());
    default:
      return Unset(absl::StrCat(View(key), ".", View(name)), "is not a number");
  }
}

}  // namespace afterbell::policy
