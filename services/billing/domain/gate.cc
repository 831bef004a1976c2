#include "services/billing/domain/gate.h"

#include <algorithm>
#include <vector>

#include "services/billing/domain/facts.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

constexpr char kNoticeKey[] = "notice_before_collecting";
constexpr char kCollectorKey[] = "collector";

// "per_class_hour 300 at most 17000"
std::string TermsText(const std::string& model, int64_t amount_fen, int64_t cap_fen) {
  std::string text = absl::StrCat(model, " ", amount_fen);
  if (cap_fen > 0) absl::StrAppend(&text, " at most ", cap_fen);
  return text;
}

std::vector<std::string_view> RolesOf(std::string_view collector) {
  if (collector == "school") {
    return {"school_accountant", "principal", "school_leading_group", "academic_affairs_office"};
  }
  if (collector == "parents_committee") return {"parents_committee"};
  if (collector == "third_party") return {"third_party_institution"};
  return {};
}

}  // namespace

std::string Today(const Context& context) { return DateOf(context.recorded_at, context.zone_minutes); }

std::optional<Refused> FreeGate(const FeeTerms& terms, std::string_view subject) {
  if (Charges(terms.model)) return std::nullopt;
  return Refused{"BIL-01", "FREE_MODEL", std::string(subject), "0", terms.model, "fee_model"};
}

std::optional<Refused> PostedGate(policy::Policy& policy, const policy::Place& place, std::string_view on,
                                  const Board& board, std::string_view subject) {
  if (!policy.Flag(kNoticeKey, place, on) || board.posted) return std::nullopt;
  return Refused{"BIL-13", "NOTICE_NOT_POSTED", std::string(subject), "1", "0", kNoticeKey};
}

std::optional<Refused> MatchingGate(policy::Policy& policy, const policy::Place& place, std::string_view on,
                                    const Board& board, const FeeTerms& terms, std::string_view subject) {
  if (!policy.Flag(kNoticeKey, place, on) || board.matches) return std::nullopt;
  std::string met;
  if (board.other) met = TermsText(board.other->model(), board.other->amount_fen(), board.other->cap_fen());
  return Refused{"BIL-13",
                 "NOTICE_NOT_MATCHING",
                 std::string(subject),
                 TermsText(terms.model, terms.amount_fen, terms.cap_fen),
                 met,
                 kNoticeKey};
}

std::optional<Refused> TermGate(const Rows& rows, std::string_view term_id, std::string_view on,
                                std::string_view subject) {
  const auto term = reference::Term(rows, term_id);
  if (term && std::string_view(term->first_on()) <= on) return std::nullopt;
  return Refused{"BIL-11",        "LATER_TERM", std::string(subject), term ? term->first_on() : "",
                 std::string(on), "cross_term"};
}

std::string CollectorAt(policy::Policy& policy, const policy::Place& place, std::string_view on) {
  const auto value = policy.Find(kCollectorKey, place, on);
  if (!value) return {};
  if (value->value().has_choice()) return value->value().choice();
  for (const policy::v1::Entry& entry : value->value().entries().entry()) {
    if (entry.name() == kServiceFee) return entry.value().choice();
  }
  return {};
}

std::optional<Refused> CollectorGate(policy::Policy& policy, const policy::Place& place, std::string_view on,
                                     std::string_view role, std::string_view subject) {
  const std::string collector = CollectorAt(policy, place, on);
  if (collector.empty()) return std::nullopt;
  const auto roles = RolesOf(collector);
  if (std::find(roles.begin(), roles.end(), role) != roles.end()) return std::nullopt;
  return Refused{"BIL-08",  "WRONG_COLLECTOR", std::string(subject),
                 collector, std::string(role), kCollectorKey};
}

}  // namespace afterbell::billing
