// Pledges, contracts, training (STF-04, STF-17, STF-33): facts.
#include "services/staffing/domain/papers.h"

#include "gtest/gtest.h"
#include "services/staffing/domain/staffing_kit.h"

namespace afterbell::staffing {
namespace {

using Kit = StaffingKit;

TEST(SignPledge, IsOnePerSchoolAndTerm) {
  Kit kit;
  const std::string pledge = "person_id: 'tom' school_id: 's1' term_id: 't1' text_hash: 'h' }";
  kit.Ask("care_teacher", "tom", "sign_pledge { " + pledge).Then(Event("pledge_signed { " + pledge));
  kit.Ask("care_teacher", "tom", "sign_pledge { person_id: 'tom' school_id: 's2' term_id: 't1' text_hash: 'h' }")
      .ThenDecided();
}

TEST(SignPledge, KnowsWhatItNames) {
  Kit kit;
  const auto sign = [&](const std::string& rest) {
    return kit.Ask("care_teacher", "tom", "sign_pledge { " + rest + " text_hash: 'h' }");
  };
  sign("person_id: 'olga' school_id: 's1' term_id: 't1'").ThenNotFound();
  sign("person_id: 'tom' school_id: 's9' term_id: 't1'").ThenNotFound();
  sign("person_id: 'tom' school_id: 's1' term_id: 't9'").ThenNotFound();
  kit.Ask("principal", "petra", "sign_pledge { person_id: 'nobody' school_id: 's1' term_id: 't1' text_hash: 'h' }")
      .ThenNotFound();
}

TEST(SignContract, IsRecorded) {
  Kit kit;
  const std::string contract =
      "person_id: 'olga' school_id: 's1' text_hash: 'h' pay_fen: 5000 from_on: '2026-09-01' to_on: '2027-01-15' }";
  kit.Ask("principal", "petra", "sign_contract { " + contract).Then(Event("contract_signed { " + contract));
  kit.Ask("principal", "petra",
          "sign_contract { person_id: 'olga' school_id: 's1' text_hash: 'i' from_on: '2026-09-02' to_on: '2026-09-01' }")
      .ThenInvalid("to_on");
  kit.Ask("principal", "petra",
          "sign_contract { person_id: 'olga' school_id: 's1' text_hash: 'i' pay_fen: -1 from_on: '2026-09-01' "
          "to_on: '2026-09-01' }")
      .ThenInvalid("pay_fen");
  kit.Ask("principal", "petra", "sign_contract { person_id: 'olga' school_id: 's9' text_hash: 'i' }").ThenNotFound();
}

TEST(CompleteTraining, IsRecordedOncePerCourseAndDay) {
  Kit kit;
  const std::string first = "person_id: 'tom' course_code: 'safety' on: '2026-08-20' }";
  kit.Ask("principal", "petra", "complete_training { " + first).Then(Event("training_completed { " + first));
  kit.Ask("principal", "petra", "complete_training { person_id: 'tom' course_code: 'safety' on: '2026-08-27' }")
      .ThenDecided();
  kit.Ask("principal", "petra", "complete_training { " + first).ThenNothing();
  kit.Ask("principal", "petra", "complete_training { person_id: 'nobody' course_code: 'safety' on: '2026-08-27' }")
      .ThenNotFound();
}

}  // namespace
}  // namespace afterbell::staffing
