// Projects (ENR-07).
#include "services/enrollment/domain/project.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

const char kDesign[] =
    "design_project { project_id: 'chess' term_id: 't1' kind: 'club' stage: 'primary' grades: '3' "
    "capacity_pupils: 20 }";
const char kOffer[] =
    "offer_project { project_id: 'chess' venue_id: 'v1' instructor_id: 'ivo' weekdays: [2, 4] "
    "content_review_hash: 'h' }";
const char kOpen[] = "open_project { project_id: 'chess' }";

TEST(Project, IsDesignedOfferedAndOpened) {
  Kit kit;
  kit.Ask("school_leading_group", "greta", kDesign)
      .Then(Event(
          "project_designed { project_id: 'chess' term_id: 't1' kind: 'club' stage: 'primary' grades: '3' "
          "capacity_pupils: 20 }"));
  EXPECT_EQ(kit.Ask("school_leading_group", "greta", kOpen).ThenRefused("ENR-07", "WRONG_STATE").met,
            "DESIGNED");
  kit.Ask("school_leading_group", "greta", kOffer)
      .Then(
          Event("project_offered { project_id: 'chess' venue_id: 'v1' instructor_id: 'ivo' weekdays: [2, 4] "
                "content_review_hash: 'h' }"));
  kit.Ask("school_leading_group", "greta", kOpen).Then(Event("project_opened { project_id: 'chess' }"));
  kit.Ask("school_leading_group", "greta", kOffer).ThenNothing();
  kit.Ask("school_leading_group", "greta", "offer_project { project_id: 'chess' venue_id: 'v1' weekdays: 5 }")
      .ThenRefused("ENR-07", "WRONG_STATE");
}

// ENR-17: a project runs in a term of its own place.
TEST(Project, DoesNotKnowTheTermOfAnotherDistrict) {
  Kit kit;
  kit.GivenCommons(
      Registry("term_opened { term_id: 't2' scope_id: 'd2' first_on: '2026-09-01' last_on: '2027-01-15' }"));
  kit.Ask("school_leading_group", "greta",
          "design_project { project_id: 'chess' term_id: 't2' capacity_pupils: 1 }")
      .ThenNotFound();
}

// A partition holds many schools.
TEST(Project, IsOfItsSchoolAlone) {
  Kit kit;
  kit.Do("school_leading_group", "greta", kDesign);
  kit.GivenSchool("s2");
  kit.Ask("school_leading_group", "greta", kOffer).ThenNotFound();
  kit.Ask("school_leading_group", "greta", kDesign).ThenDecided();
  kit.Do("school_leading_group", "greta", kOffer);
  kit.AtSchool("s1");
  EXPECT_EQ(kit.Ask("school_leading_group", "greta", kOpen).ThenRefused("ENR-07", "WRONG_STATE").met,
            "DESIGNED");
}

TEST(Project, KnowsWhatItNames) {
  Kit kit;
  kit.Ask("school_leading_group", "greta",
          "design_project { project_id: 'chess' term_id: 't9' capacity_pupils: 1 }")
      .ThenNotFound();
  kit.Ask("school_leading_group", "greta", "design_project { project_id: 'chess' term_id: 't1' }")
      .ThenInvalid("capacity_pupils");
  kit.Ask("school_leading_group", "greta", kOffer).ThenNotFound();
  kit.Ask("school_leading_group", "greta", kOpen).ThenNotFound();
  kit.Do("school_leading_group", "greta", kDesign);
  kit.Ask("school_leading_group", "greta", "offer_project { project_id: 'chess' venue_id: 'v9' }")
      .ThenNotFound();
  kit.Ask("school_leading_group", "greta",
          "design_project { project_id: 'chess' term_id: 't1' kind: 'course' }")
      .ThenInvalid("project_id");
}

}  // namespace
}  // namespace afterbell::enrollment
