#include "services/reviews/places.h"

#include "services/platform/decider/service.h"

namespace afterbell::reviews {

namespace {

using registry::v1::RegistryEvent;

constexpr std::string_view kReads = "registry";

}  // namespace

absl::StatusOr<Places> Places::Of(const replay::History& history) {
  Places places;
  const absl::Status status =
      history.FoldNumber(0, {kReads}, [&](const Recorded& recorded) { places.Visit(recorded); });
  if (!status.ok()) return status;
  return places;
}

void Places::Visit(const Recorded& recorded) {
  if (recorded.service != kReads) return;
  ForEachEventOf<RegistryEvent>(recorded, [&](const RegistryEvent& event) {
    if (event.has_school_registered()) {
      const auto& school = event.school_registered();
      schools_[school.school_id()] = {school.district_id(), school.code()};
    } else if (event.has_district_registered()) {
      districts_[event.district_registered().district_id()] = event.district_registered().code();
    } else if (event.has_term_opened()) {
      terms_.push_back(event.term_opened());
    }
  });
}

std::string Places::DistrictOf(std::string_view school_id) const {
  const auto school = schools_.find(school_id);
  return school == schools_.end() ? std::string() : school->second.district_id;
}

std::string Places::CodeOf(std::string_view school_id) const {
  const auto school = schools_.find(school_id);
  return school == schools_.end() ? std::string() : school->second.code;
}

std::string Places::DistrictCodeOf(std::string_view district_id) const {
  const auto district = districts_.find(district_id);
  return district == districts_.end() ? std::string() : district->second;
}

bool Places::HasSchools(std::string_view district_id) const {
  for (const auto& [id, school] : schools_) {
    if (school.district_id == district_id) return true;
  }
  return false;
}

bool Places::IsAsked(const Args& args, std::string_view school_id, std::string_view date) const {
  const std::string district = DistrictOf(school_id);
  if (!args.district_id.empty() && args.district_id != district) return false;
  if (args.term_code.empty()) return true;
  for (const auto& term : terms_) {
    // A term of the school or its district; one of an area above both counts for all below it.
    const bool of_other = term.scope_id() != school_id && term.scope_id() != district &&
                          (schools_.count(term.scope_id()) > 0 || HasSchools(term.scope_id()));
    if (term.code() == args.term_code && !of_other && std::string_view(term.first_on()) <= date &&
        date <= std::string_view(term.last_on())) {
      return true;
    }
  }
  return false;
}

std::vector<Column> Places::Columns() {
  return {{"district", "区县", "district"},
          {"school_code", "学校代码", "school"},
          {"school_id", "学校", "school id"}};
}

Row Places::RowOf(std::string_view school_id) const {
  return {DistrictCodeOf(DistrictOf(school_id)), CodeOf(school_id), std::string(school_id)};
}

}  // namespace afterbell::reviews
