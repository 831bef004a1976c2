// Pupils come once and go once (ATT-02, ATT-03, ATT-07, ATT-08; D-04).
#include "services/attendance/domain/presence.h"

#include "services/attendance/domain/fixture.h"

namespace afterbell::attendance {
namespace {

constexpr char kReleasedToGina[] =
    "pupil_id: 'ana' kind: TO_GUARDIAN to_person_id: 'gina' guardian_confirmed: true child_confirmed: true";

state::Tally TallyOf(School& school) {
  return school.rows().GetOrEmpty(kTallies, {"s1", School::SessionId()});
}

TEST(CheckIn, ChecksInAPupilOfTheGroup) {
  School school;
  school.GivenOpen();
  school.At(kDate, "15:31")
      .As("gate_guard", "gus")
      .When(School::CheckIn("ana"))
      .Then(School::CheckedIn("ana"));
  EXPECT_EQ(NowIn(TallyOf(school)), 1);
  EXPECT_EQ(school.rows().Get(kSessions, {"s1", School::SessionId()})->state(), v1::RUNNING);
}

TEST(CheckIn, StaysQuietWhenThePupilIsAlreadyIn) {
  School school;
  school.GivenOpen().GivenIn("ana");
  school.At(kDate, "15:50").When(School::CheckIn("ana")).ThenNothing();
}

TEST(CheckIn, StaysQuietWhenAGateTellsLate) {
  School school;
  school.GivenOpen().At(kDate, "15:31");
  school.GivenIn("ana");
  school.At(kDate, "16:00").Given(School::Said("pupil_released", kReleasedToGina));
  school.At(kDate, "15:30").RecordedAt(kDate, "16:05").When(School::CheckIn("ana")).ThenNothing();
}

TEST(CheckIn, RefusesAPupilWhoIsNotEnrolled) {  // ATT-02
  School school;
  school.GivenOpen();
  EXPECT_EQ(school.When(School::CheckIn("zoe")).ThenRefused("ATT-02", "NOT_ENROLLED").subject, "zoe");
}

TEST(CheckIn, RefusesAPupilOfAnotherGroup) {
  School school;
  school.GivenOpen().Enroll("dan", "g2");
  school.When(School::CheckIn("dan")).ThenRefused("ATT-02", "NOT_IN_GROUP");
}

TEST(CheckIn, RefusesFromTheDayAWithdrawalTakesEffect) {
  School school;
  school.GivenOpen();
  school.GivenFrom("enrollment", Enrollment("enrollment_withdrawn { enrollment_id: 'e-ana' pupil_id: 'ana' "
                                            "effective_on: '2026-09-02' }"));
  school.GivenFrom("enrollment", Enrollment("enrollment_withdrawn { enrollment_id: 'e-bo' pupil_id: 'bo' "
                                            "effective_on: '2026-09-01' }"));
  school.When(School::CheckIn("ana")).Then(School::CheckedIn("ana"));
  school.When(School::CheckIn("bo")).ThenRefused("ATT-02", "NOT_ENROLLED");
}

// A group of the same id at two schools of a partition.
TEST(CheckIn, KnowsThePlacesOfItsSchoolAlone) {
  School school;
  school.Enroll("dan", "g1").Enroll("eva", "g2").GivenOpenAt("s2").Enroll("eva", "g1");
  const std::string session = School::SessionAt("s2");
  school.When(School::CheckIn("dan", session)).ThenRefused("ATT-02", "NOT_ENROLLED");
  school.When(School::CheckIn("eva", session)).Then(School::CheckedIn("eva", session));
  school.AtSchool("s1").When(School::CheckIn("eva", session)).ThenNotFound();
}

TEST(CheckIn, KnowsThePresencesOfItsSchoolAlone) {
  School school;
  school.GivenOpen().GivenIn("ana").GivenOpenAt("s2");
  const std::string session = School::SessionAt("s2");
  school.When(School::CheckIn("ana", session)).Then(School::CheckedIn("ana", session));
  EXPECT_EQ(NowIn(TallyOf(school)), 1);
  school.AtSchool("s1").When(School::CheckIn("ana")).ThenNothing();
}

TEST(CheckIn, RefusesBeforeAnybodyTookOverAndAfterTheClose) {
  School school;
  school.GivenStaffed();
  EXPECT_EQ(school.When(School::CheckIn("ana")).ThenRefused("ATT-02", "SESSION_NOT_OPEN").met, "STAFFED");
  school.GivenOpen().Given(School::Said("session_closed", ""));
  school.When(School::CheckIn("ana")).ThenRefused("ATT-02", "SESSION_NOT_OPEN");
  school.When(School::CheckIn("ana", "nowhere")).ThenNotFound();
}

TEST(CheckIn, RefusesAPupilWhoIsInAnotherSession) {  // ATT-08
  School school;
  school.GivenOpen()
      .Enroll("ana", "g2")
      .Given(School::Planned(kDate, "afternoon-1", "g2"),
             School::CheckedIn("ana", School::SessionId(kDate, "afternoon-1", "g2")));
  school.When(School::CheckIn("ana")).ThenRefused("ATT-08", "IN_ANOTHER_SESSION");
}

TEST(CheckIn, RefusesAPupilWhoHasGone) {
  School school;
  school.GivenOpen().At(kDate, "15:31");
  school.GivenIn("ana").Given(School::Said("pupil_released", kReleasedToGina));
  EXPECT_EQ(school.At(kDate, "16:30").When(School::CheckIn("ana")).ThenRefused("ATT-08", "WRONG_STATE").met,
            "RELEASED");
}

TEST(CheckIn, TakesAPupilWhoWasMissedAndComesLate) {
  School school;
  school.GivenOpen().Given(School::Said("pupil_absent", "pupil_id: 'ana'"),
                           School::Said("pupil_absent_unexplained", "pupil_id: 'ana'"));
  school.When(School::CheckIn("ana")).Then(School::CheckedIn("ana"));
}

TEST(ReleasePupil, ReleasesToAGuardian) {
  School school;
  school.GivenOpen().GivenIn("ana").GivenIn("bo").At(kDate, "17:30");
  school.When(School::About("release_pupil", kReleasedToGina))
      .Then(School::Said("pupil_released", kReleasedToGina));
  EXPECT_EQ(NowIn(TallyOf(school)), 1);
}

TEST(ReleasePupil, ClosesTheSessionWithTheLastOnceDismissalHasBegun) {  // ATT-08: in equals out
  School school;
  school.GivenOpen().GivenIn("ana").GivenIn("bo").Given(School::Said("dismissal_begun", ""));
  const std::string alone = "pupil_id: 'bo' kind: TO_CLASS_TEACHER to_person_id: 'kim'";
  school.When(School::About("release_pupil", alone)).Then(School::Said("pupil_released", alone));
  school.When(School::About("release_pupil", kReleasedToGina))
      .Then(School::Said("pupil_released", kReleasedToGina),
            School::Said("session_closed",
                         "group_id: 'g1' date: '2026-09-01' pupils_in: 2 pupils_out: 2 "
                         "planned_minutes: 120 held: true"));
}

TEST(ReleasePupil, RefusesWhoIsNotInAndWhoHasGone) {  // ATT-08
  School school;
  school.GivenOpen();
  school.When(School::About("release_pupil", kReleasedToGina)).ThenRefused("ATT-08", "NOT_IN");
  school.GivenIn("ana").Given(School::Said("pupil_released", kReleasedToGina));
  school.When(School::About("release_pupil", kReleasedToGina)).ThenNothing();
  const auto unconfirmed = School::About("release_pupil", "pupil_id: 'ana' kind: LEFT_UNCONFIRMED");
  EXPECT_EQ(school.When(unconfirmed).ThenRefused("ATT-08", "ALREADY_ENDED").met, "TO_GUARDIAN");
}

TEST(ReleasePupil, AsksForBothConfirmationsWhereThePlaceDoes) {  // ATT-07
  const auto half = School::About(
      "release_pupil", "pupil_id: 'ana' kind: TO_GUARDIAN to_person_id: 'gina' guardian_confirmed: true");
  School silent;
  silent.GivenOpen().GivenIn("ana");
  silent.When(half).ThenDecided();
  School asking;
  asking.GivenOpen().GivenIn("ana").GivenPolicy("release_rule", "choice: 'mutual_confirmation'");
  const Refused& refused = asking.When(half).ThenRefused("ATT-07", "NOT_CONFIRMED");
  EXPECT_EQ(refused.limit, "2");
  EXPECT_EQ(refused.met, "1");
  EXPECT_EQ(refused.parameter, "release_rule");
  asking.When(School::About("release_pupil", kReleasedToGina)).ThenDecided();
}

TEST(ReleasePupil, RefusesAnybodyWhoIsNoGuardian) {
  School school;
  school.GivenOpen().GivenIn("ana");
  for (const char* kind : {"TO_GUARDIAN", "TO_COLLECTOR"}) {
    const auto to_stranger =
        School::About("release_pupil", absl::StrCat("pupil_id: 'ana' kind: ", kind,
                                                    " to_person_id: 'gil' "
                                                    "guardian_confirmed: true child_confirmed: true"));
    EXPECT_EQ(school.When(to_stranger).ThenRefused("ATT-07", "NOT_A_COLLECTOR").subject, "gil");
  }
}

TEST(ReleasePupil, LetsAPupilGoAloneOnlyByAgreement) {
  School school;
  school.GivenOpen().GivenIn("ana");
  const std::string alone = "pupil_id: 'ana' kind: ALONE_AGREED";
  school.When(School::About("release_pupil", alone)).ThenRefused("ATT-07", "ALONE_NOT_AGREED");
  school.GivenFrom("enrollment",
                   Enrollment("agreement_took_effect { agreement_id: 'a1' pupil_id: 'ana' "
                              "from_on: '2026-09-01' to_on: '2027-01-20' may_leave_alone: true }"));
  school.When(School::About("release_pupil", alone)).Then(School::Said("pupil_released", alone));
}

TEST(ReleasePupil, LetsNobodyGoAloneByAnAgreementThatHasEnded) {
  School school;
  school.GivenOpen().GivenIn("ana");
  school.GivenFrom("enrollment",
                   Enrollment("agreement_took_effect { agreement_id: 'a1' pupil_id: 'ana' "
                              "from_on: '2026-08-01' to_on: '2027-01-20' may_leave_alone: true }"));
  school.GivenFrom("enrollment", Enrollment("agreement_ended { agreement_id: 'a1' last_on: '2026-08-31' }"));
  school.When(School::About("release_pupil", "pupil_id: 'ana' kind: ALONE_AGREED"))
      .ThenRefused("ATT-07", "ALONE_NOT_AGREED");
}

// A pupil may be known at two schools of a partition.
TEST(ReleasePupil, GoesByTheGuardiansAndAgreementsOfItsSchoolAlone) {
  School school;
  school.GivenFrom("registry", Registry("guardianship_recorded { pupil_id: 'ana' guardian_id: 'gil' "
                                        "from_on: '2026-08-01' }"));
  school.GivenFrom("enrollment",
                   Enrollment("agreement_took_effect { agreement_id: 'a1' pupil_id: 'ana' "
                              "from_on: '2026-09-01' to_on: '2027-01-20' may_leave_alone: true }"));
  const std::string session = School::SessionAt("s2");
  school.GivenOpenAt("s2").Given(School::CheckedIn("ana", session));
  const auto release = [&](const std::string& how) {
    return Command(absl::StrCat("release_pupil { session_id: '", session, "' pupil_id: 'ana' ", how, " }"));
  };
  school.When(release("kind: TO_GUARDIAN to_person_id: 'gil'")).ThenRefused("ATT-07", "NOT_A_COLLECTOR");
  school.When(release("kind: ALONE_AGREED")).ThenRefused("ATT-07", "ALONE_NOT_AGREED");
  school.When(release("kind: TO_GUARDIAN to_person_id: 'gina'")).ThenDecided();
}

TEST(ReleasePupil, NeverRefusesTheTestimonyThatAPupilLeft) {
  School school;
  school.GivenOpen().GivenIn("ana").GivenPolicy("release_rule", "choice: 'mutual_confirmation'");
  const std::string left = "pupil_id: 'ana' kind: LEFT_UNCONFIRMED";
  school.When(School::About("release_pupil", left)).Then(School::Said("pupil_released", left));
}

TEST(ReleasePupil, ChecksKindAndCollector) {
  School school;
  school.GivenOpen().GivenIn("ana");
  school.When(School::About("release_pupil", "pupil_id: 'ana'")).ThenInvalid("kind");
  school.When(School::About("release_pupil", "pupil_id: 'ana' kind: TO_GUARDIAN"))
      .ThenInvalid("to_person_id");
}

TEST(EarlyLeave, IsAReleaseWithAReason) {  // ATT-03
  School school;
  school.GivenOpen().GivenIn("ana").Given(School::Said("dismissal_begun", ""));
  school.When(School::About("record_early_leave", kReleasedToGina)).ThenRefused("ATT-03", "REASON_MISSING");
  const std::string ill = absl::StrCat(kReleasedToGina, " reason_code: 'ill'");
  school.When(School::About("record_early_leave", ill))
      .Then(School::Said("pupil_left_early", ill),
            School::Said("session_closed",
                         "group_id: 'g1' date: '2026-09-01' pupils_in: 1 pupils_out: 1 "
                         "planned_minutes: 120 held: true"));
  school.When(School::About("release_pupil", kReleasedToGina)).ThenRefused("ATT-08", "ALREADY_ENDED");
}

TEST(EarlyLeave, RefusesAsAReleaseDoes) {
  School school;
  school.GivenOpen();
  const std::string ill = "pupil_id: 'ana' kind: TO_GUARDIAN to_person_id: 'gil' reason_code: 'ill'";
  school.When(School::About("record_early_leave", ill)).ThenRefused("ATT-08", "NOT_IN");
  school.GivenIn("ana")
      .When(School::About("record_early_leave", ill))
      .ThenRefused("ATT-07", "NOT_A_COLLECTOR");
}

}  // namespace
}  // namespace afterbell::attendance
