#include "services/reviews/review.h"

#include <algorithm>
#include <cctype>

#include "services/reviews/q02_fee_models.h"
#include "services/reviews/q11_early_collection.h"
#include "services/reviews/q28_releases.h"

namespace afterbell::reviews {
namespace {

// "Q-28" and "q28" are one name.
std::string Plain(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '-') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

}  // namespace

Result Review::Begin(const replay::History& history, std::string policy) const {
  Result result;
  result.review = std::string(name());
  result.version = version();
  result.zh = std::string(zh());
  result.en = std::string(en());
  result.basis.log_id = history.log_id();
  result.basis.clock = history.simulated() ? "SIMULATED" : "REAL";
  result.basis.as_of =
      history.as_of() == replay::HistoryOptions::kEverything ? "the end" : InstantText(history.as_of());
  result.basis.policy = std::move(policy);
  return result;
}

const std::vector<const Review*>& All() {
  static const std::vector<const Review*>& reviews =
      *new std::vector<const Review*>{new FeeModels(), new EarlyCollection(), new Releases()};
  return reviews;
}

const Review* Find(std::string_view name) {
  const auto found = std::find_if(All().begin(), All().end(),
                                  [&](const Review* review) { return Plain(review->name()) == Plain(name); });
  return found == All().end() ? nullptr : *found;
}

}  // namespace afterbell::reviews
