// What a place says a fee is: model, amount and cap, on one day, with the values that said so.
//
// A month's terms are those of its first day (D-11), a term's those of its first day. They are read
// once for a charge, and again to compare a posted notice with them (BIL-13).
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_FEE_TERMS_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_FEE_TERMS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/billing/v1/billing_words.pb.h"
#include "services/platform/policy/resolve.h"

namespace afterbell::billing {

inline constexpr char kFree[] = "free";
inline constexpr char kNoneSet[] = "none_set";
inline constexpr char kCommitteeSet[] = "committee_set";
inline constexpr char kPerMonth[] = "per_month";
inline constexpr char kPerClassHour[] = "per_class_hour";
inline constexpr char kPerTerm[] = "per_term";

// Reads policy at one place and day and remembers what was read, as a charge prints it.
class Lookup {
 public:
  Lookup(policy::Policy& policy, policy::Place place, std::string_view on)
      : policy_(policy), place_(std::move(place)), on_(on) {}

  // The binding value; nothing where every source is silent; an error where it is unset.
  absl::StatusOr<std::optional<policy::v1::Value>> Find(std::string_view key);
  // An error where every source is silent, too.
  absl::StatusOr<policy::v1::Value> Need(std::string_view key);

  const std::vector<v1::UsedValue>& used() const { return used_; }
  bool provisional() const { return provisional_; }

 private:
  policy::Policy& policy_;
  const policy::Place place_;
  const std::string on_;
  std::vector<v1::UsedValue> used_;
  bool provisional_ = false;
};

struct FeeTerms {
  std::string model;
  int64_t amount_fen = 0;
  int64_t cap_fen = 0;     // 0: none.
  std::string cap_period;  // month, term; empty without a cap.
};

// Whether guardians pay for basic care, and how. A value with an entry for each service kind gives
// that of basic care, else that of the rest; where it names neither, nothing is asked.
absl::StatusOr<std::string> ModelOf(Lookup& lookup);

// Something is asked for under this model.
bool Charges(std::string_view model);

// Amount and cap under a model; nothing but the model where nothing is charged. An error names what
// is unset.
absl::StatusOr<FeeTerms> FeeTermsUnder(const std::string& model, Lookup& lookup);

// Model, amount and cap.
absl::StatusOr<FeeTerms> FeeTermsOf(Lookup& lookup);

// "8000", "per_month", "registered_poor_household=50": as a person may read it.
std::string Printed(const policy::v1::Value& value);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_FEE_TERMS_H_
