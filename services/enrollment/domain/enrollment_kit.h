// The test kit with a school in it: school s1 of district d1, term t1 in the autumn of 2026, class c3
// (grade 3, primary), venue v1, and the pupil ana whose guardian is gina. Commands are written in
// protobuf text.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_ENROLLMENT_KIT_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_ENROLLMENT_KIT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/enrollment/enrollment.h"
#include "tests/kit/kit.h"

namespace afterbell::enrollment {

using kit::Parse;

inline v1::EnrollmentCommand Command(const std::string& text) { return Parse<v1::EnrollmentCommand>(text); }
inline v1::EnrollmentEvent Event(const std::string& text) { return Parse<v1::EnrollmentEvent>(text); }
inline registry::v1::RegistryEvent Registry(const std::string& text) {
  return Parse<registry::v1::RegistryEvent>(text);
}

class EnrollmentKit : public kit::Kit<v1::EnrollmentCommand, v1::EnrollmentEvent> {
 public:
  EnrollmentKit() : Kit(Service(), "s1") {
    GivenCommons(
        Registry("district_registered { district_id: 'd1' level: 'district' time_zone: 'Asia/Shanghai' }"));
    GivenCommons(Registry(
        "term_opened { term_id: 't1' scope_id: 'd1' first_on: '2026-09-01' last_on: '2027-01-15' }"));
    GivenSchool("s1");
    At("2026-09-01", "09:00");
  }

  static const EnrollmentService& Service() {
    static const EnrollmentService service;
    return service;
  }

  // A school with a class, a venue and ana, and the kit is there from now on. All schools are alike, so that
  // every id is known at each.
  EnrollmentKit& GivenSchool(const std::string& school) {
    GivenCommons(Registry(
        absl::StrCat("school_registered { school_id: '", school, "' district_id: 'd1' stages: 'primary' }")));
    AtSchool(school);
    GivenFrom("registry", Registry("class_opened { class_id: 'c3' grade: '3' stage: 'primary' }"));
    GivenFrom("registry", Registry("venue_registered { venue_id: 'v1' on_site: true }"));
    return GivenPupil("ana", "gina");
  }
  EnrollmentKit& GivenPupil(const std::string& pupil, const std::string& guardian,
                            const std::string& room = "c3") {
    GivenFrom("registry", Registry(absl::StrCat("person_registered { person_id: '", pupil,
                                                "' kind: PUPIL class_id: '", room, "' }")));
    GivenFrom("registry",
              Registry(absl::StrCat("guardianship_recorded { pupil_id: '", pupil, "' guardian_id: '",
                                    guardian, "' relation: 'parent' from_on: '2020-01-01' }")));
    return *this;
  }
  // The place's chain: Steps("class_review,agreement").
  EnrollmentKit& Steps(const std::string& words) {
    std::string list;
    for (const auto& word : absl::StrSplit(words, ',')) absl::StrAppend(&list, " word: '", word, "'");
    GivenPolicy("approval_steps", absl::StrCat("words {", list, " }"));
    return *this;
  }

  // Asks and expects it decided.
  const std::vector<v1::EnrollmentEvent>& Do(const std::string& role, const std::string& person,
                                             const std::string& command) {
    As(role, person);
    last_ = When(Command(command)).ThenDecided();
    return last_;
  }
  Outcome Ask(const std::string& role, const std::string& person, const std::string& command) {
    As(role, person);
    return When(Command(command));
  }

  // Started and submitted by the guardian.
  EnrollmentKit& Submitted(const std::string& id = "a1", const std::string& pupil = "ana",
                           const std::string& guardian = "gina", const std::string& product = "BASIC_CARE") {
    Do("guardian", guardian, Started(id, pupil, product));
    Do("guardian", guardian, SubmittedBy(id, guardian));
    return *this;
  }
  // ... and with an agreement in force, where the chain is class_review alone.
  EnrollmentKit& Agreed(const std::string& id = "a1", const std::string& pupil = "ana",
                        const std::string& guardian = "gina", const std::string& product = "BASIC_CARE") {
    Submitted(id, pupil, guardian, product);
    Do("class_teacher", "carl", absl::StrCat("review_at_class { application_id: '", id, "' }"));
    const std::string agreement =
        Do("school_leading_group", "greta", Drafted(id))[0].agreement_drafted().agreement_id();
    Do("guardian", guardian, SignedFor(agreement, "guardian"));
    Do("principal", "petra", SignedFor(agreement, "school"));
    return *this;
  }
  EnrollmentKit& Enrolled(const std::string& id = "a1", const std::string& pupil = "ana",
                          const std::string& guardian = "gina", const std::string& product = "BASIC_CARE") {
    Agreed(id, pupil, guardian, product);
    Do("academic_affairs_office", "otto", absl::StrCat("enroll_pupil { application_id: '", id, "' }"));
    return *this;
  }
  EnrollmentKit& Group(const std::string& id, const std::string& period = "afternoon-1") {
    Do("academic_affairs_office", "otto", Formed(id, period));
    return *this;
  }

  static std::string Started(const std::string& id, const std::string& pupil,
                             const std::string& product = "BASIC_CARE") {
    return absl::StrCat("start_application { application_id: '", id, "' pupil_id: '", pupil,
                        "' term_id: 't1' product: ", product, " }");
  }
  static std::string SubmittedBy(const std::string& id, const std::string& guardian) {
    return absl::StrCat("submit_application { application_id: '", id,
                        "' addressee: 'school' signatures { by_person_id: '", guardian,
                        "' evidence_hash: 'e' } }");
  }
  static std::string Drafted(const std::string& id,
                             const std::string& parties = "parties: ['guardian', 'school']") {
    return absl::StrCat("draft_agreement { application_id: '", id,
                        "' text_hash: 'text' from_on: '2026-09-07' to_on: '2027-01-15' pickup_time: '17:30' ",
                        parties, " }");
  }
  static std::string SignedFor(const std::string& agreement, const std::string& party,
                               const std::string& text = "text") {
    return absl::StrCat("sign_agreement { agreement_id: '", agreement, "' party: '", party, "' text_hash: '",
                        text, "' evidence_hash: 'e' }");
  }
  static std::string Formed(const std::string& id, const std::string& period = "afternoon-1") {
    return absl::StrCat("form_care_group { group_id: '", id,
                        "' term_id: 't1' stage: 'primary' grades: '3' periods: '", period,
                        "' weekdays: [1, 2, 3, 4, 5] venue_id: 'v1' }");
  }
  static std::string Placed(const std::string& pupil, const std::string& group,
                            const std::string& from_on = "2026-09-07") {
    return absl::StrCat("place_pupil { pupil_id: '", pupil, "' term_id: 't1' product: BASIC_CARE group_id: '",
                        group, "' from_on: '", from_on, "' }");
  }
  static std::string Withdrawn(const std::string& pupil, const std::string& effective_on = "2026-10-01") {
    return absl::StrCat("withdraw_enrollment { pupil_id: '", pupil,
                        "' term_id: 't1' product: BASIC_CARE effective_on: '", effective_on, "' }");
  }

 private:
  std::vector<v1::EnrollmentEvent> last_;
};

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_ENROLLMENT_KIT_H_
