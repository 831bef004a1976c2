#include "services/billing/domain/fee_terms.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/decider/decider.h"

namespace afterbell::billing {
namespace {

using policy::v1::Value;

constexpr std::string_view kOwnEntry = "basic_care";
constexpr std::string_view kOtherEntry = "rest";

const Value* EntryOf(const Value& value, std::string_view name) {
  for (const policy::v1::Entry& entry : value.entries().entry()) {
    if (entry.name() == name) return &entry.value();
  }
  return nullptr;
}

absl::StatusOr<int64_t> NeedFen(Lookup& lookup, std::string_view key) {
  AFTERBELL_ASSIGN_OR_RETURN(const Value value, lookup.Need(key));
  if (!value.has_fen()) return policy::Unset(key, "is not an amount of money");
  return value.fen();
}

absl::Status ReadCap(Lookup& lookup, FeeTerms* terms) {
  AFTERBELL_ASSIGN_OR_RETURN(const std::optional<Value> cap, lookup.Find("fee_cap"));
  if (!cap) return absl::OkStatus();
  if (!cap->has_fen()) return policy::Unset("fee_cap", "is not an amount of money");
  AFTERBELL_ASSIGN_OR_RETURN(const Value period, lookup.Need("fee_cap_period"));
  terms->cap_fen = cap->fen();
  terms->cap_period = period.choice();
  return absl::OkStatus();
}

}  // namespace

std::string Printed(const Value& value) {
  switch (value.value_case()) {
    case Value::kCount:
      return absl::StrCat(value.count());
    case Value::kFen:
      return absl::StrCat(value.fen());
    case Value::kMinutes:
      return absl::StrCat(value.minutes());
    case Value::kShareBp:
      return absl::StrCat(value.share_bp());
    case Value::kFlag:
      return value.flag() ? "true" : "false";
    case Value::kChoice:
      return value.choice();
    case Value::kDate:
      return value.date();
    case Value::kTime:
      return value.time();
    case Value::kWords:
      return absl::StrJoin(value.words().word(), ",");
    case Value::kEntries:
      return absl::StrJoin(value.entries().entry(), ";",
                           [](std::string* out, const policy::v1::Entry& entry) {
                             absl::StrAppend(out, entry.name(), "=", Printed(entry.value()));
                           });
    case Value::kNote:
      return value.note();
    default:
      return "unset";
  }
}

absl::StatusOr<std::optional<Value>> Lookup::Find(std::string_view key) {
  const auto found = policy_.Find(key, place_, on_);
  if (!found) {
    // Silence and `unset` are two things: the second stops the computation.
    const auto resolution = policy_.Resolve(key, place_, on_);
    const auto& binding = resolution->binding;
    if (!binding) return std::optional<Value>();
    return policy::Unset(key, std::string("is unset by instrument '") + binding->instrument_id() + "'");
  }
  v1::UsedValue use;
  use.set_key(std::string(key));
  use.set_value_id(found->value_id());
  use.set_value(Printed(found->value()));
  used_.push_back(std::move(use));
  provisional_ = provisional_ || found->provisional();
  return std::optional<Value>(found->value());
}

absl::StatusOr<Value> Lookup::Need(std::string_view key) {
  AFTERBELL_ASSIGN_OR_RETURN(std::optional<Value> value, Find(key));
  if (!value) return policy::Unset(key, "has no value here on " + on_);
  return *std::move(value);
}

absl::StatusOr<std::string> ModelOf(Lookup& lookup) {
  AFTERBELL_ASSIGN_OR_RETURN(const Value value, lookup.Need("fee_model"));
  if (value.has_choice()) return value.choice();
  const Value* entry = EntryOf(value, kOwnEntry);
  if (entry == nullptr) entry = EntryOf(value, kOtherEntry);
  if (entry == nullptr) return std::string(kNoneSet);
  if (!entry->has_choice()) return policy::Unset("fee_model", "is unset for basic care");
  return entry->choice();
}

bool Charges(std::string_view model) {
  return model == kPerMonth || model == kPerClassHour || model == kPerTerm;
}

absl::StatusOr<FeeTerms> FeeTermsOf(Lookup& lookup) {
  AFTERBELL_ASSIGN_OR_RETURN(const std::string model, ModelOf(lookup));
  return FeeTermsUnder(model, lookup);
}

absl::StatusOr<FeeTerms> FeeTermsUnder(const std::string& model, Lookup& lookup) {
  FeeTerms terms;
  terms.model = model;
  if (!Charges(terms.model)) return terms;
  AFTERBELL_ASSIGN_OR_RETURN(terms.amount_fen, NeedFen(lookup, "fee_amount_yuan"));
  AFTERBELL_RETURN_IF_ERROR(ReadCap(lookup, &terms));
  return terms;
}

}  // namespace afterbell::billing
