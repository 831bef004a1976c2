// Money: notices on the board, a month's charges issued once the system has assessed them,
// payments in the days after. Every amount is computed here from the district's table.
#include <algorithm>

#include "afterbell/billing/v1/billing_commands.pb.h"
#include "tools/citygen/bill.h"
#include "tools/citygen/world.h"

namespace afterbell::citygen {
namespace {

namespace bil = billing::v1;

constexpr int kPaying = 970;  // Of a thousand charges.
constexpr int kPayAgainOneIn = 200;
constexpr int kDueDays = 14;

class Money {
 public:
  Money(World& world, const Moment& moment, School& school)
      : world_(world),
        planted_(world.planted),
        moment_(moment),
        school_(school),
        town_(world.TownOf(school)),
        answers_(world.AnswersOf(school)),
        accountant_(World::As("school_accountant", school.accountant, school)) {}

  void Emit() {
    switch (moment_.step) {
      case Step::kPostNotice:
        return Notices();
      case Step::kWithdrawNotice:
        return WithdrawNotice();
      case Step::kIssue:
        return Issue();
      case Step::kPay:
        return Pay();
      case Step::kPayAgain:
        return world_.AskAgain(school_);
      default:
        return;
    }
  }

 private:
  bool IsFree() const { return school_.district->model == FeeModel::kFree; }
  bool IsEarlySchool() const { return planted_.early_school == school_.number; }
  bool IsGap() const { return planted_.gap_school == school_.number && planted_.gap_month == moment_.month; }
  std::string NoticeId(int version) const { return world_.dice.Id(Topic::kNotice, school_.number, version); }
  const std::string& Period() const { return world_.calendar.months()[moment_.month]; }

  Bill Monthly(const Pupil& pupil) const {
    const District& d = *school_.district;
    if (!pupil.ActiveIn(moment_.month) || IsFree()) return {};
    const int64_t units = d.model == FeeModel::kPerMonth ? 1 : pupil.class_hours[moment_.month % 2];
    return BillOf(units * d.amount_fen, d.cap_fen, pupil.verified);
  }

  // The usual day, or for the school that collects early a day that is too late; once more after
  // the gap.
  void Notices() {
    if (IsFree()) return;
    const bool usual = moment_.date == AddDays(world_.calendar.first_on(), kNoticeDay);
    const bool late = moment_.date == planted_.early_notice_on;
    if (IsEarlySchool() ? late : usual) PostNotice(1);
    if (!usual && !late && planted_.gap_school == school_.number) PostNotice(2);
  }

  void PostNotice(int version) {
    const District& d = *school_.district;
    bil::PostFeeNotice command;
    command.set_notice_id(NoticeId(version));
    command.add_fee_standard_ids(town_.fee_standard_id);
    bil::NoticeAmount& amount = *command.add_amounts();
    amount.set_fee_kind(kFeeKind);
    amount.set_model(d.model_name);
    amount.set_amount_fen(d.amount_fen);
    amount.set_cap_fen(d.cap_fen);
    command.set_basis("district_instrument");
    command.set_complaint_number("12345");
    command.set_board("gate");
    *command.mutable_posted_at() = TimestampOf(moment_.at);
    command.set_evidence_hash(world_.writer.Evidence());
    world_.writer.Ask(accountant_, school_.id, command);
    if (!IsEarlySchool()) return;
    world_.answers.early_collections.push_back({school_.id, InstantText(moment_.at), {}});
    world_.Note("the fee notice is posted after money was taken", school_, moment_.date, NoticeId(version));
  }

  void WithdrawNotice() {
    if (!IsGap()) return;
    bil::WithdrawFeeNotice command;
    command.set_notice_id(NoticeId(1));
    *command.mutable_withdrawn_at() = TimestampOf(moment_.at);
    world_.writer.Ask(accountant_, school_.id, command);
    world_.Note("the fee notice is withdrawn", school_, moment_.date, NoticeId(1));
  }

  void Issue() {
    IssueInFreeDistrict();
    for (const Class& each : school_.classes) {
      bil::IssueCharge command;
      for (const int number : each.pupils) {
        const Pupil& pupil = school_.pupils[number];
        if (!pupil.ActiveIn(moment_.month)) continue;
        CountIncomes(pupil);
        const Bill bill = Monthly(pupil);
        if (bill.gross == 0) continue;
        Count(bill);
        if (bill.net > 0) command.add_charge_ids(ChargeId(pupil.id, Period()));
      }
      if (command.charge_ids().empty()) continue;
      command.set_due_on(AddDays(moment_.date, kDueDays));
      world_.writer.Ask(accountant_, school_.id, command);
      answers_.issued += command.charge_ids_size();
    }
  }

  void Count(const Bill& bill) {
    ++answers_.charges;
    answers_.gross_fen += bill.gross;
    answers_.cap_removed_fen += bill.cap_removed;
    answers_.waiver_fen += bill.waived;
    answers_.net_fen += bill.net;
  }

  void CountIncomes(const Pupil& pupil) {
    const bool half = pupil.verified;
    const int64_t hours = pupil.class_hours[moment_.month % 2];
    answers_.incomes.per_month_8000 += BillOf(8000, 0, half).net;
    answers_.incomes.per_month_10000 += BillOf(10000, 0, half).net;
    answers_.incomes.per_class_hour_300_cap_17000 += BillOf(hours * 300, 17000, half).net;
  }

  void IssueInFreeDistrict() {
    if (!planted_.free_issue.Is(school_, moment_.date) || moment_.month != 0) return;
    for (const Pupil& pupil : school_.pupils) {
      if (!pupil.ActiveIn(0)) continue;
      bil::IssueCharge command;
      command.add_charge_ids(ChargeId(pupil.id, Period()));
      command.set_due_on(AddDays(moment_.date, kDueDays));
      world_.writer.Refused(world_.writer.Ask(accountant_, school_.id, command), "BIL-01", "FREE_MODEL");
      world_.Note("a charge is issued where the service is free", school_, moment_.date, pupil.id);
      return;
    }
  }

  // Days after the issue; 0: never.
  int PayDayOf(const Pupil& pupil) const {
    const int month = moment_.month;
    if (IsEarlyPayer(pupil)) return 1;
    if (IsGap() && Has(planted_.gap_pupils, pupil)) return kPayDays;
    if (!world_.dice.Chance(kPaying, Topic::kPays, school_.number, pupil.number, month)) return 0;
    const int day = 1 + world_.dice.Below(kPayDays, Topic::kPayDay, school_.number, pupil.number, month);
    return IsGap() && day >= kGapFrom && day < kGapTo ? kGapTo : day;
  }

  static bool Has(const std::vector<int>& pupils, const Pupil& pupil) {
    return std::find(pupils.begin(), pupils.end(), pupil.number) != pupils.end();
  }
  bool IsEarlyPayer(const Pupil& pupil) const {
    return IsEarlySchool() && moment_.month == 0 && Has(planted_.early_pupils, pupil);
  }

  Call& Payment(const Pupil& pupil, const Bill& bill, int attempt, Micros paid_at) {
    bil::RecordPayment command;
    command.set_payment_id(PaymentId(pupil, attempt));
    command.set_pupil_id(pupil.id);
    command.set_amount_fen(bill.net);
    command.set_channel("bank_transfer");
    command.set_channel_ref("T" +
                            std::to_string(world_.dice.Draw(Topic::kPayment, school_.number, pupil.number,
                                                            1000 + moment_.month * 10 + attempt)));
    *command.mutable_paid_at() = TimestampOf(paid_at);
    command.set_into_account(school_.district->account);
    command.add_charge_ids(ChargeId(pupil.id, Period()));
    command.set_term_id(town_.term_id);
    return world_.writer.Ask(accountant_, school_.id, command);
  }

  std::string PaymentId(const Pupil& pupil, int attempt) const {
    return world_.dice.Id(Topic::kPayment, school_.number, pupil.number, moment_.month * 10 + attempt);
  }

  void Pay() {
    if (IsFree()) return;
    const int today = DaysBetween(world_.calendar.IssueDay(moment_.month), moment_.date);
    for (const Pupil& pupil : school_.pupils) {
      const Bill bill = Monthly(pupil);
      if (bill.net == 0) continue;
      if (IsGap() && today == kGapTried && Has(planted_.gap_pupils, pupil)) PayInGap(pupil, bill);
      if (PayDayOf(pupil) != today) continue;
      if (IsEarlyPayer(pupil)) {
        PaidEarly(pupil, bill);
      } else {
        Call& call = Payment(pupil, bill, 0, moment_.at);
        Remember(pupil, call);
      }
      ++answers_.payments;
      answers_.paid_fen += bill.net;
    }
  }

  void PayInGap(const Pupil& pupil, const Bill& bill) {
    world_.writer.Refused(Payment(pupil, bill, 1, moment_.at), "BIL-13", "NOTICE_NOT_POSTED");
    world_.Note("money is taken while no notice stands", school_, moment_.date, pupil.id);
  }

  // Told now; the money was taken before the notice was posted.
  void PaidEarly(const Pupil& pupil, const Bill& bill) {
    const Micros paid_at = InstantAt(planted_.early_paid_on, 9 * 60);
    Payment(pupil, bill, 0, paid_at);
    const std::string payment = PaymentId(pupil, 0);
    world_.answers.suspicions.push_back({{"unposted_charge", "unlawful_charge"},
                                         school_.id,
                                         school_.id,
                                         pupil.id,
                                         payment,
                                         InstantText(paid_at)});
    world_.answers.early_collections.back().payments.push_back(
        {payment, pupil.id, bill.net, InstantText(paid_at)});
    world_.Note("money taken before the notice is told", school_, moment_.date, pupil.id);
  }

  void Remember(const Pupil& pupil, const Call& call) {
    if (!world_.options.repeats) return;
    const int draw = world_.dice.Below(kPayAgainOneIn, Topic::kRepeat, school_.number, pupil.number,
                                       500000 + moment_.month);
    if (draw == 0) world_.again[school_.number].push_back(call);
  }

  World& world_;
  const Planted& planted_;
  const Moment& moment_;
  School& school_;
  const DistrictTown& town_;
  DistrictAnswers& answers_;
  const Actor accountant_;
};

}  // namespace

void EmitMoney(World& world, const Moment& moment, School& school) { Money(world, moment, school).Emit(); }

}  // namespace afterbell::citygen
