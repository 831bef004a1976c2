#include "services/billing/projection/notices.h"

#include "services/billing/domain/facts.h"
#include "services/billing/domain/gate.h"
#include "services/billing/domain/notice.h"
#include "services/billing/domain/tables.h"
#include "services/billing/projection/lines.h"
#include "services/billing/projection/tables.h"
#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

// Any moment of that local day.
bool StoodOn(const state::Notice& notice, const std::string& on, int zone_minutes) {
  if (DateOf(MicrosOf(notice.posted().posted_at()), zone_minutes) > on) return false;
  return !notice.has_withdrawn() || DateOf(MicrosOf(notice.withdrawn().withdrawn_at()), zone_minutes) >= on;
}

void Add(const std::optional<Refused>& refused, v1::GetCollectionGateAnswer* answer) {
  if (!refused) return;
  v1::GateRule& rule = *answer->add_closed_by();
  rule.set_rule(refused->rule);
  rule.set_reason(refused->reason);
  rule.set_limit(refused->limit);
  rule.set_met(refused->met);
  rule.set_parameter(refused->parameter);
}

// The term a period lies in: itself, or that of the month's days at the school.
std::string TermOfPeriod(const QueryRows& rows, const std::string& school_id, const std::string& period,
                         const Days& days) {
  if (!IsMonth(period)) return period;
  auto term = reference::TermOn(rows, school_id, days.first_on);
  if (!term) term = reference::TermOn(rows, school_id, days.last_on);
  return term ? term->term_id() : std::string();
}

}  // namespace

void ProjectNotices(const Recorded& own, const v1::BillingEvent& event, ViewRows rows) {
  if (!event.has_fee_notice_posted()) return;
  const v1::FeeNoticePosted& posted = event.fee_notice_posted();
  const key::Instant posted_at(MicrosOf(posted.posted_at()));
  for (const v1::NoticeAmount& amount : posted.amounts()) {
    rows.Put(kNoticesOf,
             {own.commit.school_id(), key::Word(amount.fee_kind()), posted_at, posted.notice_id()});
  }
}

absl::StatusOr<v1::ListFeeNoticesAnswer> ListFeeNotices(const QueryRows& rows,
                                                        const v1::ListFeeNoticesRequest& request) {
  if (!request.on().empty() && !IsDate(request.on())) {
    return InvalidField("on", request.on(), "a date (2026-09-01)");
  }
  const std::string& school_id = request.header().school_id();
  const int zone_minutes = ZoneAt(rows, school_id);
  v1::ListFeeNoticesAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kNoticesOf, Prefix(school_id), request, request.header(), answer.mutable_page(),
               [&](const auto& key) {
                 const auto& [school, fee_kind, posted_at, notice_id] = key;
                 const auto notice = rows.Get(kNotices, {school_id, notice_id});
                 if (!notice || (!request.on().empty() && !StoodOn(*notice, request.on(), zone_minutes)))
                   return false;
                 v1::NoticeLine& line = *answer.add_notices();
                 line.set_notice_id(notice->posted().notice_id());
                 *line.mutable_fee_standard_ids() = notice->posted().fee_standard_ids();
                 *line.mutable_amounts() = notice->posted().amounts();
                 line.set_basis(notice->posted().basis());
                 line.set_complaint_number(notice->posted().complaint_number());
                 line.set_board(notice->posted().board());
                 *line.mutable_posted_at() = notice->posted().posted_at();
                 if (notice->has_withdrawn())
                   *line.mutable_withdrawn_at() = notice->withdrawn().withdrawn_at();
                 return true;
               }));
  return answer;
}

absl::StatusOr<v1::GetCollectionGateAnswer> GetCollectionGate(const QueryRows& rows,
                                                              const v1::GetCollectionGateRequest& request) {
  if (!IsDate(request.on())) return InvalidField("on", request.on(), "a date (2026-09-01)");
  const auto days = DaysOfPeriod(rows, request.period());
  if (!days) return InvalidField("period", request.period(), "a month (2026-09) or a term that is known");
  const std::string& school_id = request.header().school_id();
  const policy::Place place = reference::PlaceOf(rows, school_id, request.stage(), request.grade());
  policy::Policy policy(rows);
  Lookup lookup(policy, place, days->first_on);
  AFTERBELL_ASSIGN_OR_RETURN(const FeeTerms terms, FeeTermsOf(lookup));
  // As the board hangs at the end of that day.
  const Micros at = InstantOf(request.on(), "24:00", ZoneAt(rows, school_id)) - 1;
  const Board board = BoardOf(rows, school_id, request.fee_kind(), at, terms);
  v1::GetCollectionGateAnswer answer;
  Add(FreeGate(terms, ""), &answer);
  const auto unposted = PostedGate(policy, place, request.on(), board, "");
  Add(unposted, &answer);
  if (!unposted) Add(MatchingGate(policy, place, request.on(), board, terms, ""), &answer);
  Add(TermGate(rows, TermOfPeriod(rows, school_id, request.period(), *days), request.on(), ""), &answer);
  answer.set_collector(CollectorAt(policy, place, request.on()));
  if (answer.collector() == kNobody) Add(CollectorGate(policy, place, request.on(), "", ""), &answer);
  answer.set_open(answer.closed_by().empty());
  answer.set_model(terms.model);
  answer.set_amount_fen(terms.amount_fen);
  answer.set_cap_fen(terms.cap_fen);
  if (board.matches) answer.set_notice_id(board.notice_id);
  return answer;
}

}  // namespace afterbell::billing
