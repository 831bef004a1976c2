// Districts, schools and terms as the registry's commons name them: what reviews group by.
#ifndef AFTERBELL_SERVICES_REVIEWS_PLACES_H_
#define AFTERBELL_SERVICES_REVIEWS_PLACES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/decider.h"
#include "services/platform/replay/history.h"
#include "services/reviews/review.h"

namespace afterbell::reviews {

class Places {
 public:
  static absl::StatusOr<Places> Of(const replay::History& history);

  void Visit(const Recorded& recorded);

  // Empty for a school that nobody registered.
  std::string DistrictOf(std::string_view school_id) const;
  std::string CodeOf(std::string_view school_id) const;
  std::string DistrictCodeOf(std::string_view district_id) const;

  // Whether what happened at a school on a date is asked about.
  bool IsAsked(const Args& args, std::string_view school_id, std::string_view date) const;

  // The first columns of a table by school: the district's code, the school's, its id.
  static std::vector<Column> Columns();
  Row RowOf(std::string_view school_id) const;

 private:
  struct School {
    std::string district_id;
    std::string code;
  };
  bool HasSchools(std::string_view district_id) const;

  std::map<std::string, School, std::less<>> schools_;
  std::map<std::string, std::string, std::less<>> districts_;  // Codes.
  std::vector<registry::v1::TermOpened> terms_;
};

}  // namespace afterbell::reviews

#endif  // AFTERBELL_SERVICES_REVIEWS_PLACES_H_
