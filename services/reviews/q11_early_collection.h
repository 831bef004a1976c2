// which schools collected before the fee notice was posted (BIL-13)?
//
// What counts is when things were true: a payment taken before a notice stood, though the notice was
// recorded first, and not one that stood already and was recorded late. A withdrawn notice stands no
// longer. Whether the place asks for a notice at all is another matter (D-01) and stands beside it.
#ifndef AFTERBELL_SERVICES_REVIEWS_Q11_EARLY_COLLECTION_H_
#define AFTERBELL_SERVICES_REVIEWS_Q11_EARLY_COLLECTION_H_

#include <map>
#include <string>
#include <vector>

#include "services/reviews/places.h"
#include "services/reviews/review.h"

namespace afterbell::reviews {

class EarlyCollection final : public Review {
 public:
  std::string_view name() const override { return "Q-11"; }
  int version() const override { return 1; }
  std::string_view zh() const override { return "哪些学校在收费公示张贴之前就已收费？"; }
  std::string_view en() const override { return "Which schools collected before the fee notice was posted?"; }
  absl::StatusOr<Result> Run(const replay::History& history, const std::vector<const Service*>& services,
                             const Args& args) const override;
};

// The fold, of one partition number.
class CollectionFold {
 public:
  CollectionFold(const Places& places, const Args& args) : places_(places), args_(args) {}

  // Whose records say it; those of others are passed over.
  static constexpr std::string_view kReads = "billing";
  void Visit(const Recorded& recorded);

  struct Payment {
    std::string payment_id, pupil_id;
    int64_t amount_fen = 0;
    Micros paid_at = 0;
  };
  struct Notice {
    Micros posted_at = 0;
    Micros withdrawn_at = 0;  // 0: it stands.
  };
  struct School {
    std::map<std::string, Notice> notices;
    std::vector<Payment> payments;
    int64_t refused = 0;  // Acts that the notice's rule refused.

    bool NoticeStoodAt(Micros at) const;
    Micros FirstPosted() const;  // 0: never.
    std::vector<Payment> Early() const;
  };

  const std::map<std::string, School>& schools() const { return schools_; }

 private:
  const Places& places_;
  const Args& args_;
  std::map<std::string, School> schools_;
};

// `asks` says whether the place of a school asks for a notice at that moment.
std::vector<Table> CollectionTables(const Places& places, const std::vector<const CollectionFold*>& folds,
                                    const std::function<bool(const std::string& school_id, Micros at)>& asks);

}  // namespace afterbell::reviews

#endif  // AFTERBELL_SERVICES_REVIEWS_Q11_EARLY_COLLECTION_H_
