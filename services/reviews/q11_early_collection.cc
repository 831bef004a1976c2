#include "services/reviews/q11_early_collection.h"

#include <algorithm>
#include <memory>

#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/platform/decider/service.h"
#include "services/platform/policy/resolve.h"
#include "services/platform/reference/reference.h"

namespace afterbell::reviews {
namespace {

using billing::v1::BillingEvent;

constexpr char kNoticeRule[] = "BIL-13";
constexpr char kNoticeKey[] = "notice_before_collecting";

}  // namespace

void CollectionFold::Visit(const Recorded& recorded) {
  if (recorded.service != kReads || recorded.commit.school_id().empty()) return;
  const std::string& school_id = recorded.commit.school_id();
  const bool asked = places_.IsAsked(args_, school_id, recorded.commit.service_date());
  const log::v1::Refusal& refusal = recorded.commit.refusal();
  if (asked && refusal.rule() == kNoticeRule && refusal.reason() != "WRONG_STATE")
    ++schools_[school_id].refused;
  ForEachEventOf<BillingEvent>(recorded, [&](const BillingEvent& event) {
    if (event.has_fee_notice_posted()) {
      schools_[school_id].notices[event.fee_notice_posted().notice_id()].posted_at =
          MicrosOf(event.fee_notice_posted().posted_at());
    } else if (event.has_fee_notice_withdrawn()) {
      schools_[school_id].notices[event.fee_notice_withdrawn().notice_id()].withdrawn_at =
          MicrosOf(event.fee_notice_withdrawn().withdrawn_at());
    } else if (event.has_payment_received()) {
      const auto& payment = event.payment_received();
      const Micros paid_at = MicrosOf(payment.paid_at());
      if (!places_.IsAsked(args_, school_id, DateOf(paid_at)) && !asked) return;
      schools_[school_id].payments.push_back(
          {payment.payment_id(), payment.pupil_id(), payment.amount_fen(), paid_at});
    }
  });
}

bool CollectionFold::School::NoticeStoodAt(Micros at) const {
  return std::any_of(notices.begin(), notices.end(), [&](const auto& each) {
    const Notice& notice = each.second;
    return notice.posted_at != 0 && notice.posted_at <= at &&
           (notice.withdrawn_at == 0 || at < notice.withdrawn_at);
  });
}

Micros CollectionFold::School::FirstPosted() const {
  Micros first = 0;
  for (const auto& [id, notice] : notices) {
    if (notice.posted_at != 0 && (first == 0 || notice.posted_at < first)) first = notice.posted_at;
  }
  return first;
}

std::vector<CollectionFold::Payment> CollectionFold::School::Early() const {
  std::vector<Payment> early;
  for (const Payment& payment : payments) {
    if (!NoticeStoodAt(payment.paid_at)) early.push_back(payment);
  }
  std::sort(early.begin(), early.end(), [](const Payment& a, const Payment& b) {
    return std::tie(a.paid_at, a.payment_id) < std::tie(b.paid_at, b.payment_id);
  });
  return early;
}

std::vector<Table> CollectionTables(
    const Places& places, const std::vector<const CollectionFold*>& folds,
    const std::function<bool(const std::string& school_id, Micros at)>& asks) {
  Table schools{
      "schools", "公示前收费的学校", "schools that collected before a notice stood", Places::Columns(), {}};
  const std::vector<Column> figures = {
      {"notice_posted_at", "首次公示", "first notice"}, {"notice_asked", "是否要求公示", "notice asked"},
      {"payments", "笔数", "payments", Unit::kCount},   {"amount_fen", "金额（元）", "amount", Unit::kFen},
      {"first_paid_at", "首笔", "first paid"},          {"last_paid_at", "末笔", "last paid"},
      {"refused", "被拒次数", "refused", Unit::kCount}};
  schools.columns.insert(schools.columns.end(), figures.begin(), figures.end());
  Table payments{"payments", "这些收费", "these payments", Places::Columns(), {}};
  const std::vector<Column> details = {{"payment_id", "缴费", "payment"},
                                       {"pupil_id", "学生", "pupil"},
                                       {"amount_fen", "金额（元）", "amount", Unit::kFen},
                                       {"paid_at", "缴费时刻", "paid at"},
                                       {"why", "情形", "why"}};
  payments.columns.insert(payments.columns.end(), details.begin(), details.end());
  std::map<std::pair<std::string, std::string>, const CollectionFold::School*> ordered;
  for (const CollectionFold* fold : folds) {
    for (const auto& [id, school] : fold->schools()) ordered[{places.DistrictOf(id), id}] = &school;
  }
  for (const auto& [place, school] : ordered) {
    const std::string& id = place.second;
    const std::vector<CollectionFold::Payment> early = school->Early();
    if (early.empty()) continue;
    const Micros posted = school->FirstPosted();
    int64_t amount = 0;
    for (const CollectionFold::Payment& payment : early) {
      amount += payment.amount_fen;
      Row& row = payments.rows.emplace_back(places.RowOf(id));
      const bool withdrawn = posted != 0 && posted <= payment.paid_at;
      row.insert(row.end(),
                 {payment.payment_id, payment.pupil_id, payment.amount_fen, InstantText(payment.paid_at),
                  withdrawn ? "公示已撤下 / notice withdrawn" : "尚未公示 / not yet posted"});
    }
    Row& row = schools.rows.emplace_back(places.RowOf(id));
    row.insert(row.end(), {posted == 0 ? Cell() : Cell(InstantText(posted)),
                           asks(id, early.front().paid_at) ? "是 / yes" : "否 / no",
                           static_cast<int64_t>(early.size()), amount, InstantText(early.front().paid_at),
                           InstantText(early.back().paid_at), school->refused});
  }
  return {schools, payments};
}

absl::StatusOr<Result> EarlyCollection::Run(const replay::History& history,
                                            const std::vector<const Service*>&, const Args& args) const {
  AFTERBELL_ASSIGN_OR_RETURN(const Places places, Places::Of(history));
  std::vector<std::unique_ptr<CollectionFold>> folds(history.school_partitions() + 1);
  for (auto& fold : folds) fold = std::make_unique<CollectionFold>(places, args);
  AFTERBELL_RETURN_IF_ERROR(
      history.FoldAll({CollectionFold::kReads}, [&](uint32_t number) -> replay::History::Visit {
        return [fold = folds[number].get()](const Recorded& recorded) { fold->Visit(recorded); };
      }));
  CommonsRows commons;
  for (const auto& each : history.commons()) commons.Add(each.get());
  commons.SetAsOf("registry", history.CommonsEnd("registry"));
  Result result = Begin(history, "as recorded; whether a notice is asked for, as known now");
  policy::Policy policy(commons);
  const auto asks = [&](const std::string& school_id, Micros at) {
    return policy.Flag(kNoticeKey, reference::PlaceOf(commons, school_id), DateOf(at));
  };
  std::vector<const CollectionFold*> all;
  for (const auto& fold : folds) all.push_back(fold.get());
  result.tables = CollectionTables(places, all, asks);
  for (const policy::Use& use : policy.uses()) {
    if (use.provisional) result.basis.provisional.push_back(use.key + " " + use.value_id);
  }
  return result;
}

}  // namespace afterbell::reviews
