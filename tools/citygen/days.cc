// One day of care: notices of absence in the morning; then for each period adults arrive and take
// over, pupils come, the roll is called, some leave early, the others go home (or back to their
// class teacher), the logs are signed.
#include <algorithm>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "tools/citygen/fate.h"
#include "tools/citygen/roster.h"

namespace afterbell::citygen {
namespace {

namespace att = attendance::v1;

constexpr int kRepeatOneIn = 400;  // Check-ins asked again.

class Day {
 public:
  Day(World& world, const Moment& moment, School& school)
      : world_(world),
        planted_(world.planted),
        moment_(moment),
        date_(moment.date),
        school_(school),
        slot_(school.district->slots[moment.slot]),
        answers_(world.AnswersOf(school)),
        month_(world.calendar.MonthIndex(moment.date)) {}

  void Emit() {
    if (moment_.step == Step::kAbsences) return Absences();
    if (moment_.step == Step::kArrive) AdultsOfTheDay();
    for (int g = 0; g < static_cast<int>(school_.groups.size()); ++g) {
      if (!school_.groups[g].pupils.empty()) OfGroup(g);
    }
    if (moment_.step == Step::kRoll) world_.AskAgain(school_);
    if (moment_.step == Step::kLeave && slot_.last)
      Adult<att::CheckOutAdult>(school_.leader, "duty_leader", "");
  }

 private:
  // What every step of a group needs.
  void OfGroup(int g) {
    group_ = &school_.groups[g];
    group_number_ = g;
    session_ = school_.SessionId(date_, slot_, *group_);
    on_duty_ = RosterOf(world_, school_, date_, g);
    carer_ = World::As("care_teacher", on_duty_.responsible, school_);
    switch (moment_.step) {
      case Step::kArrive:
        return Arrive();
      case Step::kTakeOver:
        TakeOver(carer_);
        return;
      case Step::kCheckIn:
        return CheckIns();
      case Step::kRoll:
        return Roll();
      case Step::kEarlyLeave:
        return EarlyLeaves();
      case Step::kDismiss:
        return Dismiss();
      case Step::kRelease:
        return Releases();
      case Step::kLateRelease:
        return LateReleases();
      case Step::kMend:
        return Mend();
      case Step::kSign:
        if (!IsHeldBack()) SignLog();
        return;
      case Step::kLeave:
        Adult<att::CheckOutAdult>(on_duty_.responsible, "care_teacher", session_);
        Adult<att::CheckOutAdult>(on_duty_.assistant, "care_teacher", session_);
        return;
      default:
        return;
    }
  }

  template <class Visit>
  void ForEachExpected(const Visit& visit) {
    for (const int number : group_->pupils) {
      Pupil& pupil = school_.pupils[number];
      if (pupil.ActiveIn(month_)) visit(pupil, FateOf(world_, school_, pupil, date_));
    }
  }

  int Present() {
    int present = 0;
    ForEachExpected([&](const Pupil&, const Fate& fate) { present += fate.present() ? 1 : 0; });
    return present;
  }

  // Seconds into a span of minutes, drawn for the pupil.
  Micros Sometime(const Pupil& pupil, int from_minute, int minutes) {
    const int second = world_.dice.Below(minutes * 60, Topic::kMinute, school_.number * 100000 + pupil.number,
                                         world_.calendar.DayNumber(date_),
                                         static_cast<int>(moment_.step) * 10 + moment_.slot);
    return InstantAt(date_, from_minute) + second * kMicrosPerSecond;
  }

  const std::string& SomeGuardian(const Pupil& pupil) {
    const int which = world_.dice.Below(static_cast<int>(pupil.guardians.size()), Topic::kWhichGuardian,
                                        school_.number, pupil.number, world_.calendar.DayNumber(date_));
    return pupil.guardians[which];
  }

  // The first of two sessions in which the pupil of `double_in` is kept until after the second began.
  bool IsHeldBack() const {
    return !slot_.last && planted_.double_in.Is(school_, date_) && planted_.double_in.group == group_number_;
  }
  bool IsDouble(const Pupil& pupil) const { return planted_.double_in.Is(school_, date_, pupil); }
  bool GoesWithStranger(const Pupil& pupil) const { return planted_.stranger.Is(school_, date_, pupil); }

  void Absences() {
    for (const Pupil& pupil : school_.pupils) {
      if (!pupil.ActiveIn(month_)) continue;
      if (FateOf(world_, school_, pupil, date_).coming != Coming::kNotified) continue;
      att::NotifyAbsence command;
      command.set_pupil_id(pupil.id);
      command.set_date(date_);
      for (const std::string& period : school_.district->periods()) command.add_periods(period);
      command.set_reason_code("illness");
      world_.writer.Ask(World::As("guardian", pupil.guardians[0], school_), school_.id, command);
      ++answers_.absence_notices;
    }
  }

  template <class Command>
  Call& Adult(const std::string& person, const std::string& role, const std::string& session) {
    Command command;
    command.set_person_id(person);
    command.set_role(role);
    if (!session.empty()) command.set_session_id(session);
    return world_.writer.Ask(World::As(role, person, school_), school_.id, command);
  }

  void Suspect(const std::string& code, const std::string& person) {
    answers().suspicions.push_back({{code}, school_.id, person, "", "", InstantText(moment_.at)});
  }
  Answers& answers() { return world_.answers; }

  // Testimony of the gate: no rule refuses it, a detector must find it.
  void GateSees(const std::string& person, const std::string& role, const Spot& spot) {
    att::CheckInAdult command;
    command.set_person_id(person);
    command.set_role(role);
    command.set_session_id(school_.SessionId(date_, slot_, school_.groups[spot.group]));
    world_.writer.Ask(World::As("gate_guard", school_.gate, school_), school_.id, command);
  }

  void AdultsOfTheDay() {
    if (moment_.slot == 0) Adult<att::CheckInAdult>(school_.leader, "duty_leader", "");
    if (!slot_.last) return;
    if (planted_.uncleared.Is(school_, date_)) {
      GateSees(school_.volunteer, "volunteer", planted_.uncleared);
      Suspect("unreviewed_entry", school_.volunteer);
      world_.Note("an adult nobody reviewed stands on duty", school_, date_, school_.volunteer);
    }
    if (planted_.barred_comes.Is(school_, date_)) {
      GateSees(school_.teachers.back(), "care_teacher", planted_.barred_comes);
      Suspect("staff_ethics", school_.teachers.back());
      world_.Note("a barred teacher comes", school_, date_, school_.teachers.back());
    }
  }

  void Arrive() {
    Adult<att::CheckInAdult>(on_duty_.responsible, "care_teacher", session_);
    Adult<att::CheckInAdult>(on_duty_.assistant, "care_teacher", session_);
    if (planted_.no_duty.Is(school_, date_) && planted_.no_duty.group == group_number_) {
      const std::string teacher = FreeTeacher(world_, school_, date_);
      world_.writer.Refused(TakeOver(World::As("care_teacher", teacher, school_)), "ATT-33", "NO_DUTY");
      world_.Note("a teacher without duty takes over", school_, date_, teacher);
    }
  }

  Call& TakeOver(const Actor& carer) {
    att::TakeOverGroup command;
    command.set_session_id(session_);
    command.set_by_person_id(carer.person_id);
    command.set_headcount(Present());
    command.set_place(group_->venue_id);
    return world_.writer.Ask(carer, school_.id, command);
  }

  Call& CheckIn(const Pupil& pupil, const std::string& session, Micros at) {
    att::CheckInPupil command;
    command.set_session_id(session);
    command.set_pupil_id(pupil.id);
    Call& call = world_.writer.Ask(carer_, school_.id, command);
    OccurredAt(call, at);
    return call;
  }

  void CountIn(Pupil& pupil, const Slot& slot) {
    pupil.class_hours[month_ % 2] += slot.class_hours;
    answers_.class_hours += slot.class_hours;
    ++answers_.check_ins;
  }

  void CheckIns() {
    const int from = slot_.take_over + 1;
    int present = 0;
    ForEachExpected([&](Pupil& pupil, const Fate& fate) {
      if (!fate.present()) return;
      ++present;
      Call& call = CheckIn(pupil, session_, Sometime(pupil, from, slot_.check_in - from));
      if (slot_.last && IsDouble(pupil)) {
        world_.writer.Refused(call, "ATT-08", "IN_ANOTHER_SESSION");
        world_.Note("a pupil in one session is checked into another", school_, date_, pupil.id);
        return;  // Mend() checks it in.
      }
      CountIn(pupil, slot_);
      Remember(pupil, call);
    });
    if (present > 0) ++answers_.sessions_held;
    if (slot_.last && planted_.not_enrolled.Is(school_, date_) &&
        planted_.not_enrolled.group == group_number_) {
      const Pupil& pupil = school_.pupils[planted_.not_enrolled.pupil];
      Call& call = CheckIn(pupil, session_, InstantAt(date_, slot_.check_in));
      world_.writer.Refused(call, "ATT-02", "NOT_ENROLLED");
      world_.Note("a pupil who is not enrolled is checked in", school_, date_, pupil.id);
    }
  }

  void Remember(const Pupil& pupil, const Call& call) {
    if (!world_.options.repeats) return;
    const int draw = world_.dice.Below(kRepeatOneIn, Topic::kRepeat, school_.number * 100000 + pupil.number,
                                       world_.calendar.DayNumber(date_), moment_.slot);
    if (draw == 0) world_.again[school_.number].push_back(call);
  }

  void Roll() {
    att::CallRoll command;
    command.set_session_id(session_);
    ForEachExpected([&](const Pupil& pupil, const Fate& fate) {
      if (fate.present()) {
        command.add_present_pupil_ids(pupil.id);
        return;
      }
      command.add_absent_pupil_ids(pupil.id);
      ++answers_.absences;
      ++(fate.coming == Coming::kNotified ? answers_.absences_notified : answers_.absences_unexplained);
    });
    world_.writer.Ask(carer_, school_.id, command);
  }

  void EarlyLeaves() {
    if (!slot_.last) return;
    ForEachExpected([&](const Pupil& pupil, const Fate& fate) {
      if (!fate.leaves_early) return;
      att::RecordEarlyLeave command;
      command.set_session_id(session_);
      command.set_pupil_id(pupil.id);
      command.set_kind(att::TO_GUARDIAN);
      command.set_to_person_id(SomeGuardian(pupil));
      command.set_guardian_confirmed(true);
      command.set_child_confirmed(true);
      command.set_reason_code("medical_appointment");
      Call& call = world_.writer.Ask(carer_, school_.id, command);
      OccurredAt(call, Sometime(pupil, slot_.early - 5, 5));
      ++answers_.left_early;
    });
  }

  void Dismiss() {
    att::BeginDismissal command;
    command.set_session_id(session_);
    world_.writer.Ask(carer_, school_.id, command);
  }

  Call& Release(const Pupil& pupil, att::ReleaseKind kind, const std::string& to, Micros at) {
    att::ReleasePupil command;
    command.set_session_id(session_);
    command.set_pupil_id(pupil.id);
    command.set_kind(kind);
    if (!to.empty()) command.set_to_person_id(to);
    command.set_guardian_confirmed(kind == att::TO_GUARDIAN);
    command.set_child_confirmed(true);
    Call& call = world_.writer.Ask(carer_, school_.id, command);
    OccurredAt(call, at);
    return call;
  }

  void CountOut(int64_t& kind, Micros at) {
    ++kind;
    const Micros after_end = at - InstantAt(date_, slot_.end);
    if (after_end > kLateAfterMinutes * kMicrosPerMinute) ++answers_.late_releases;
    answers_.last_minutes_after_end = std::max(answers_.last_minutes_after_end, after_end / kMicrosPerMinute);
  }

  void HandBack(const Pupil& pupil, Micros at) {
    Release(pupil, att::TO_CLASS_TEACHER, school_.teachers[pupil.class_number], at);
    CountOut(answers_.to_class_teacher, at);
  }

  void GoHome(const Pupil& pupil, Micros at) {
    if (pupil.goes_alone) {
      Release(pupil, att::ALONE_AGREED, "", at);
      return CountOut(answers_.alone_agreed, at);
    }
    Release(pupil, att::TO_GUARDIAN, SomeGuardian(pupil), at);
    CountOut(answers_.to_guardian, at);
  }

  void Releases() {
    bool anybody = false;
    ForEachExpected([&](const Pupil& pupil, const Fate& fate) {
      if (!fate.present()) return;
      anybody = true;
      const Micros at = Sometime(pupil, slot_.end, slot_.release - slot_.end);
      if (!slot_.last) {
        if (!IsHeldBack() || !IsDouble(pupil)) HandBack(pupil, at);
      } else if (GoesWithStranger(pupil)) {
        Stranger(pupil, at);
      } else if (!fate.leaves_early && fate.late_minutes == 0) {
        GoHome(pupil, at);
      }
    });
    if (anybody) return;
    att::CloseSession command;  // Nobody came, so no last release closes it.
    command.set_session_id(session_);
    world_.writer.Ask(carer_, school_.id, command);
  }

  // With the guardian of another pupil of the school.
  void Stranger(const Pupil& pupil, Micros at) {
    const Pupil& other = school_.pupils[(pupil.number + 1) % school_.pupils.size()];
    Call& call = Release(pupil, att::TO_COLLECTOR, other.guardians[0], at);
    world_.writer.Refused(call, "ATT-07", "NOT_A_COLLECTOR");
    world_.Note("a pupil is to go with somebody who may not collect it", school_, date_, pupil.id);
  }

  void LateReleases() {
    if (!slot_.last) {
      if (IsHeldBack()) HandBack(school_.pupils[planted_.double_in.pupil], moment_.at);
      return;
    }
    ForEachExpected([&](const Pupil& pupil, const Fate& fate) {
      if (GoesWithStranger(pupil)) return GoHome(pupil, InstantAt(date_, slot_.release));
      if (fate.late_minutes > 0) GoHome(pupil, InstantAt(date_, slot_.end + fate.late_minutes));
    });
  }

  // The session that was held back is signed, and its pupil comes to the second one.
  void Mend() {
    if (!IsHeldBack()) return;
    SignLog();
    const Slot& next = school_.district->slots[moment_.slot + 1];
    Pupil& pupil = school_.pupils[planted_.double_in.pupil];
    CheckIn(pupil, school_.SessionId(date_, next, *group_), moment_.at);
    CountIn(pupil, next);
  }

  void SignLog() {
    att::SignCareLog command;
    command.set_session_id(session_);
    command.set_content_hash(world_.writer.Evidence());
    world_.writer.Ask(carer_, school_.id, command);
  }

  World& world_;
  const Planted& planted_;
  const Moment& moment_;
  const std::string& date_;
  School& school_;
  const Slot& slot_;
  DistrictAnswers& answers_;
  const int month_;
  Group* group_ = nullptr;
  int group_number_ = 0;
  std::string session_;
  OnDuty on_duty_;
  Actor carer_;
};

}  // namespace

void EmitDay(World& world, const Moment& moment, School& school) { Day(world, moment, school).Emit(); }

}  // namespace afterbell::citygen
