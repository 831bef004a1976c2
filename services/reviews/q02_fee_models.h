// what would each district's income have been under four fee models, on the same attendance
// (BIL-02, BIL-10)?
//
// Four histories decided again, each with one model over everything a place says of fees; waivers and
// all else stay. Income is what is assessed, not what was paid. A charge that a rule cannot compute
// (a month that a pupil left in, where no rule says what part of it is owed) is not in the sum and is
// counted in the notes.
#ifndef AFTERBELL_SERVICES_REVIEWS_Q02_FEE_MODELS_H_
#define AFTERBELL_SERVICES_REVIEWS_Q02_FEE_MODELS_H_

#include <map>
#include <string>
#include <vector>

#include "afterbell/policy/v1/policy.pb.h"
#include "services/platform/replay/whatif.h"
#include "services/reviews/places.h"
#include "services/reviews/review.h"

namespace afterbell::reviews {

class FeeModels final : public Review {
 public:
  std::string_view name() const override { return "Q-02"; }
  int version() const override { return 1; }
  std::string_view zh() const override {
    return "在同样的出勤下，若按每月80元、每月100元、每课时3元（每月封顶170元）、每学期300元收费，各区县收入"
           "各是多少？";
  }
  std::string_view en() const override {
    return "What would each district's income have been under 80 a month, 100 a month, 3.00 a class-hour "
           "capped at 170, "
           "and 300 a term, on the same attendance?";
  }
  absl::StatusOr<Result> Run(const replay::History& history, const std::vector<const Service*>& services,
                             const Args& args) const override;
};

struct FeeModel {
  std::string key;  // "per_month_8000"
  std::string zh, en;
  std::vector<policy::v1::ParameterValue> values;
};

// The four, in the order of the question.
const std::vector<FeeModel>& TheFourModels();

// Of these services, those whose decisions are made again under a model.
std::vector<const Service*> DecidingServices(const FeeModel& model,
                                             const std::vector<const Service*>& services);

// What is assessed, by district: of the history as recorded and of the other.
class IncomeFold {
 public:
  IncomeFold(const Places& places, const Args& args) : places_(places), args_(args) {}

  void Visit(const replay::WhatIfEvent& event);

  struct Income {
    int64_t recorded_fen = 0;
    int64_t again_fen = 0;
    int64_t recorded_charges = 0;
    int64_t again_charges = 0;
  };
  const std::map<std::string, Income>& districts() const { return districts_; }
  void Add(const IncomeFold& other);

 private:
  const Places& places_;
  const Args& args_;
  std::map<std::string, Income> districts_;
};

}  // namespace afterbell::reviews

#endif  // AFTERBELL_SERVICES_REVIEWS_Q02_FEE_MODELS_H_
