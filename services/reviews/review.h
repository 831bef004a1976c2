// Reviews: the questions of a policy review (domain 6), each a named and versioned fold over what all
// services recorded. A review reads history and nothing else, and touches nothing outside.
//
// Threads: reviews are constant; Run uses all cores by itself.
#ifndef AFTERBELL_SERVICES_REVIEWS_REVIEW_H_
#define AFTERBELL_SERVICES_REVIEWS_REVIEW_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/platform/decider/service.h"
#include "services/platform/replay/history.h"
#include "services/reviews/table.h"

namespace afterbell::reviews {

// What narrows a review. Empty: everything there is.
struct Args {
  std::string district_id;
  std::string term_code;  // "2026-autumn": the dates of the terms of that name.
};

class Review {
 public:
  virtual ~Review() = default;

  virtual std::string_view name() const = 0;  // "Q-28"
  // Raised when the same history would give another answer.
  virtual int version() const = 0;
  virtual std::string_view zh() const = 0;
  virtual std::string_view en() const = 0;

  // `services` are the rules for what must be decided again; a review of what was recorded needs none.
  virtual absl::StatusOr<Result> Run(const replay::History& history,
                                     const std::vector<const Service*>& services, const Args& args) const = 0;

 protected:
  // The answer's head, with what every answer rests on.
  Result Begin(const replay::History& history, std::string policy) const;
};

// In order of their numbers.
const std::vector<const Review*>& All();

// By name ("Q-28", "q28"); null where there is none.
const Review* Find(std::string_view name);

}  // namespace afterbell::reviews

#endif  // AFTERBELL_SERVICES_REVIEWS_REVIEW_H_
