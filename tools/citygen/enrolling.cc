// Who takes part: special statuses, applications through each district's steps, agreements,
// enrollment, places in groups; withdrawals at a month's end and applications made again.
#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "tools/citygen/world.h"

namespace afterbell::citygen {
namespace {

namespace enr = enrollment::v1;

class Enrolling {
 public:
  Enrolling(World& world, const Moment& moment, School& school)
      : world_(world), moment_(moment), school_(school), answers_(world.AnswersOf(school)) {}

  void Emit() {
    if (moment_.step == Step::kReview && Is(ReviewStep::kPublicNotice)) return PostLists();
    for (Pupil& pupil : school_.pupils) {
      if (!pupil.Applies()) continue;
      if (moment_.step == Step::kWithdraw) {
        if (pupil.leaves == moment_.month) Withdraw(pupil);
      } else if (moment_.month == 0 || pupil.returns == moment_.month) {
        Paper(pupil);
      }
    }
  }

 private:
  Actor Guardian(const Pupil& pupil) const { return World::As("guardian", pupil.guardians[0], school_); }
  // Two members take turns, so that nobody takes two steps in a row.
  Actor LeadingGroup(int turn) const {
    return World::As("school_leading_group", turn % 2 == 0 ? school_.group_a : school_.group_b, school_);
  }
  Actor Principal() const { return World::As("principal", school_.principal, school_); }
  Actor Office() const { return World::As("academic_affairs_office", school_.office, school_); }
  std::string Application(const Pupil& pupil) const {
    return ApplicationId(world_.dice, school_, pupil, moment_.month);
  }
  std::string TextHash(const Pupil& pupil) const {
    return world_.dice.Hash(Topic::kEvidence, 1000000000 + school_.number, pupil.number, moment_.month);
  }
  std::string FromOn() const {
    return moment_.month == 0 ? world_.calendar.first_on()
                              : FirstOfMonth(world_.calendar.months()[moment_.month]);
  }
  bool Is(ReviewStep step) const {
    const std::vector<ReviewStep>& steps = school_.district->steps;
    return moment_.slot < static_cast<int>(steps.size()) && steps[moment_.slot] == step;
  }

  void Paper(Pupil& pupil) {
    switch (moment_.step) {
      case Step::kClaim:
        return Claim(pupil);
      case Step::kVerify:
        return Verify(pupil);
      case Step::kStart:
        return Start(pupil);
      case Step::kSubmit:
        return Submit(pupil);
      case Step::kReview:
        return Review(pupil);
      case Step::kDraft:
        return Draft(pupil);
      case Step::kGuardianSigns:
        return Sign(pupil, Guardian(pupil), "guardian");
      case Step::kSchoolSigns:
        return Sign(pupil, Principal(), "school");
      case Step::kEnroll:
        return Enroll(pupil);
      default:
        return Place(pupil);
    }
  }

  void Claim(const Pupil& pupil) {
    if (pupil.category.empty()) return;
    enr::ClaimSpecialStatus command;
    command.set_status_id(world_.dice.Id(Topic::kStatus, school_.number, pupil.number));
    command.set_pupil_id(pupil.id);
    command.set_category(pupil.category);
    command.set_from_on(world_.calendar.first_on());
    command.set_evidence_hash(world_.writer.Evidence());
    world_.writer.Ask(Guardian(pupil), school_.id, command);
    ++answers_.statuses_claimed;
  }

  void Verify(const Pupil& pupil) {
    if (!pupil.verified) return;
    enr::VerifySpecialStatus command;
    command.set_status_id(world_.dice.Id(Topic::kStatus, school_.number, pupil.number));
    world_.writer.Ask(LeadingGroup(0), school_.id, command);
    ++answers_.statuses_verified;
  }

  void Start(const Pupil& pupil) {
    enr::StartApplication command;
    command.set_application_id(Application(pupil));
    command.set_pupil_id(pupil.id);
    command.set_term_id(world_.TownOf(school_).term_id);
    command.set_product(enr::BASIC_CARE);
    for (const std::string& period : school_.district->periods()) command.add_periods(period);
    world_.writer.Ask(Guardian(pupil), school_.id, command);
    ++answers_.applications;
  }

  void Submit(const Pupil& pupil) {
    enr::SubmitApplication command;
    command.set_application_id(Application(pupil));
    command.set_addressee("school");
    enr::Signature& signature = *command.add_signatures();
    signature.set_by_person_id(pupil.guardians[0]);
    signature.set_evidence_hash(world_.writer.Evidence());
    world_.writer.Ask(Guardian(pupil), school_.id, command);
  }

  void Review(const Pupil& pupil) {
    if (Is(ReviewStep::kClass)) {
      enr::ReviewAtClass command;
      command.set_application_id(Application(pupil));
      const Actor teacher = World::As("class_teacher", school_.teachers[pupil.class_number], school_);
      world_.writer.Ask(teacher, school_.id, command);
    }
    if (Is(ReviewStep::kSchool)) {
      enr::ReviewAtSchool command;
      command.set_application_id(Application(pupil));
      world_.writer.Ask(LeadingGroup(0), school_.id, command);
    }
  }

  // One list a class.
  void PostLists() {
    for (const Class& each : school_.classes) {
      enr::PostApprovedList command;
      command.set_term_id(world_.TownOf(school_).term_id);
      for (const int number : each.pupils) {
        const Pupil& pupil = school_.pupils[number];
        const bool applies =
            moment_.month == 0 ? pupil.Applies() : pupil.Applies() && pupil.returns == moment_.month;
        if (applies) command.add_application_ids(Application(pupil));
      }
      if (command.application_ids().empty()) continue;
      command.set_evidence_hash(world_.writer.Evidence());
      world_.writer.Ask(LeadingGroup(1), school_.id, command);
    }
  }

  void Draft(const Pupil& pupil) {
    enr::DraftAgreement command;
    command.set_application_id(Application(pupil));
    command.set_text_hash(TextHash(pupil));
    command.set_from_on(FromOn());
    command.set_to_on(world_.calendar.last_on());
    command.set_pickup_time(school_.district->slots.back().end_time);
    command.add_parties("school");
    command.add_parties("guardian");
    command.set_may_leave_alone(pupil.goes_alone);
    // After the list of the second member, or the review of the first.
    const bool posted = school_.district->steps.back() == ReviewStep::kPublicNotice;
    world_.writer.Ask(LeadingGroup(posted ? 0 : 1), school_.id, command);
  }

  void Sign(const Pupil& pupil, const Actor& actor, const std::string& party) {
    enr::SignAgreement command;
    command.set_agreement_id(AgreementId(Application(pupil)));
    command.set_party(party);
    command.set_text_hash(TextHash(pupil));
    command.set_evidence_hash(world_.writer.Evidence());
    world_.writer.Ask(actor, school_.id, command);
  }

  void Enroll(const Pupil& pupil) {
    enr::EnrollPupil command;
    command.set_application_id(Application(pupil));
    command.set_from_on(FromOn());
    world_.writer.Ask(Office(), school_.id, command);
    if (moment_.month > 0) {
      ++answers_.enrolled_again;
      return;
    }
    ++answers_.enrolled;
    const bool half = pupil.verified;
    answers_.incomes.per_term_30000 += half ? 30000 / 2 : 30000;
  }

  Call& PlaceIn(const Pupil& pupil, int group) {
    enr::PlacePupil command;
    command.set_pupil_id(pupil.id);
    command.set_term_id(world_.TownOf(school_).term_id);
    command.set_product(enr::BASIC_CARE);
    command.set_group_id(school_.groups[group].id);
    command.set_from_on(FromOn());
    return world_.writer.Ask(Office(), school_.id, command);
  }

  void Place(const Pupil& pupil) {
    const Planted& planted = world_.planted;
    const bool refused =
        planted.full.school == school_.number && planted.full.pupil == pupil.number && moment_.month == 0;
    if (moment_.step == Step::kPlace && !refused) PlaceIn(pupil, pupil.group);
    if (moment_.step == Step::kPlaceInFull && refused) {
      world_.writer.Refused(PlaceIn(pupil, planted.full.group), "ENR-23", "GROUP_FULL");
      world_.Note("the 41st pupil for a full group", school_, moment_.date, pupil.id);
    }
    if (moment_.step == Step::kPlaceElsewhere && refused) PlaceIn(pupil, planted.full_then);
  }

  void Withdraw(const Pupil& pupil) {
    enr::WithdrawEnrollment command;
    command.set_pupil_id(pupil.id);
    command.set_term_id(world_.TownOf(school_).term_id);
    command.set_product(enr::BASIC_CARE);
    command.set_effective_on(FirstOfMonth(world_.calendar.months()[moment_.month]));
    world_.writer.Ask(Guardian(pupil), school_.id, command);
    ++answers_.withdrawn;
  }

  World& world_;
  const Moment& moment_;
  School& school_;
  DistrictAnswers& answers_;
};

}  // namespace

void EmitEnrolling(World& world, const Moment& moment, School& school) {
  Enrolling(world, moment, school).Emit();
}

}  // namespace afterbell::citygen
