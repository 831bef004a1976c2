// Special statuses (ENR-28).
#include "services/enrollment/domain/special_status.h"

#include "gtest/gtest.h"
#include "services/enrollment/domain/enrollment_kit.h"

namespace afterbell::enrollment {
namespace {

using Kit = EnrollmentKit;

const char kClaim[] =
    "claim_special_status { status_id: 'x1' pupil_id: 'ana' category: 'poor_family_child' from_on: "
    "'2026-09-01' "
    "evidence_hash: 'e' }";
const char kVerify[] = "verify_special_status { status_id: 'x1' }";

TEST(ClaimSpecialStatus, IsRecordedWithItsEvidence) {
  Kit kit;
  kit.Ask("guardian", "gina", kClaim)
      .Then(Event("special_status_claimed { status_id: 'x1' pupil_id: 'ana' category: 'poor_family_child' "
                  "from_on: '2026-09-01' evidence_hash: 'e' }"));
}

TEST(ClaimSpecialStatus, IsRefusedWithoutEvidence) {
  Kit kit;
  kit.Ask("guardian", "gina",
          "claim_special_status { status_id: 'x1' pupil_id: 'ana' category: 'disabled_child' from_on: "
          "'2026-09-01' }")
      .ThenRefused("ENR-28", "EVIDENCE_MISSING");
}

TEST(ClaimSpecialStatus, IsForOnesOwnChild) {
  Kit kit;
  kit.Ask("guardian", "stranger", kClaim).ThenNotFound();
  kit.Ask("guardian", "gina",
          "claim_special_status { status_id: 'x1' pupil_id: 'bo' category: 'c' from_on: '2026-09-01' "
          "evidence_hash: 'e' }")
      .ThenNotFound();
  kit.Ask("guardian", "gina",
          "claim_special_status { status_id: 'x1' pupil_id: 'ana' category: 'c' from_on: '2026-09-02' "
          "to_on: '2026-09-01' evidence_hash: 'e' }")
      .ThenInvalid("to_on");
}

TEST(ClaimSpecialStatus, TakesAnIdOnce) {
  Kit kit;
  kit.Do("guardian", "gina", kClaim);
  kit.Ask("guardian", "gina",
          "claim_special_status { status_id: 'x1' pupil_id: 'ana' category: 'other' from_on: '2026-09-01' "
          "evidence_hash: 'e' }")
      .ThenInvalid("status_id");
}

// A partition holds many schools.
TEST(ClaimSpecialStatus, IsOfItsSchoolAlone) {
  Kit kit;
  kit.Do("guardian", "gina", kClaim);
  kit.Do("school_leading_group", "greta", kVerify);
  kit.GivenSchool("s2");
  kit.Ask("school_leading_group", "greta", kVerify).ThenNotFound();
  kit.Ask("guardian", "gina", kClaim).ThenDecided();
  kit.Ask("school_leading_group", "greta", kVerify).ThenDecided();
}

TEST(VerifySpecialStatus, IsForSomebodyElse) {
  Kit kit;
  kit.Ask("school_leading_group", "greta", kVerify).ThenNotFound();
  kit.Do("guardian", "gina", kClaim);
  kit.Ask("school_leading_group", "gina", kVerify).ThenRefused("ENR-28", "SAME_PERSON");
  kit.Ask("school_leading_group", "greta", kVerify)
      .Then(Event("special_status_verified { status_id: 'x1' pupil_id: 'ana' category: 'poor_family_child' "
                  "from_on: '2026-09-01' }"));
}

}  // namespace
}  // namespace afterbell::enrollment
