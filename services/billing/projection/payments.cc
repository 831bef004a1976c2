#include "services/billing/projection/payments.h"

#include "services/billing/domain/facts.h"
#include "services/billing/domain/notice.h"
#include "services/billing/domain/tables.h"
#include "services/billing/projection/lines.h"
#include "services/billing/projection/tables.h"
#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

using v1::EarlyCollectionLine;

// Fills what makes a payment early; false where nothing does.
bool FillEarly(const QueryRows& rows, const std::string& school_id, const state::Payment& payment,
               EarlyCollectionLine* line) {
  const v1::PaymentReceived& received = payment.received();
  const Micros paid_at = MicrosOf(received.paid_at());
  const std::string paid_on = DateOf(paid_at, ZoneAt(rows, school_id));
  const auto term = reference::Term(rows, received.term_id());
  line->set_later_term(term && paid_on < term->first_on());
  line->set_before_notice(!BoardOf(rows, school_id, kServiceFee, paid_at, FeeTerms()).posted);
  if (!line->before_notice() && !line->later_term()) return false;
  line->set_school_id(school_id);
  *line->mutable_payment() = LineOf(payment);
  policy::Policy policy(rows);
  line->set_notice_required(
      policy.Flag("notice_before_collecting", PlaceOfPupil(rows, school_id, received.pupil_id()), paid_on));
  return true;
}

// The first notice posted after a moment.
void FillNextNotice(const QueryRows& rows, const std::string& school_id, Micros after,
                    EarlyCollectionLine* line) {
  Micros first = 0;
  rows.Scan(kNotices, Prefix(school_id), [&](const state::Notice& notice) {
    const Micros at = MicrosOf(notice.posted().posted_at());
    if (at > after && (first == 0 || at < first)) {
      first = at;
      line->set_notice_id(notice.posted().notice_id());
      *line->mutable_posted_at() = notice.posted().posted_at();
    }
  });
}

}  // namespace

void ProjectPayments(const Recorded& own, const v1::BillingEvent& event, ViewRows rows) {
  if (!event.has_payment_received()) return;
  state::Payment payment;
  *payment.mutable_received() = event.payment_received();
  *payment.mutable_recorded_at() = own.commit.recorded_at();
  const std::string& school_id = own.commit.school_id();
  const v1::PaymentReceived& received = event.payment_received();
  const key::Instant paid_at(MicrosOf(received.paid_at()));
  rows.Put(kPaymentsAt, {school_id, paid_at, received.payment_id()}, payment);
  rows.Put(kPaymentsOf, {school_id, received.pupil_id(), paid_at, received.payment_id()}, std::move(payment));
}

void ForEachPaymentOf(const QueryRows& rows, std::string_view school_id, std::string_view pupil_id,
                      const std::function<void(const state::Payment&)>& visit) {
  rows.Scan(kPaymentsOf, Prefix(school_id, pupil_id), visit);
}

absl::StatusOr<v1::ListPaymentsAnswer> ListPayments(const QueryRows& rows,
                                                    const v1::ListPaymentsRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const DateRange range, DateRangeOf(request.from(), request.to()));
  const std::string& school_id = request.header().school_id();
  const int zone_minutes = ZoneAt(rows, school_id);
  v1::ListPaymentsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kPaymentsAt, Prefix(school_id), request, request.header(), answer.mutable_page(),
               [&](const state::Payment& payment) {
                 const v1::PaymentLine line = LineOf(payment);
                 if (!range.Has(DateOf(MicrosOf(line.paid_at()), zone_minutes)) ||
                     (!request.channel().empty() && line.channel() != request.channel()) ||
                     (request.unallocated_only() && line.unallocated_fen() == 0)) {
                   return false;
                 }
                 *answer.add_payments() = line;
                 return true;
               }));
  return answer;
}

absl::StatusOr<v1::ListEarlyCollectionsAnswer> ListEarlyCollections(
    const QueryRows& rows, const v1::ListEarlyCollectionsRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const DateRange range, DateRangeOf(request.from(), request.to()));
  const std::string& asked = request.header().school_id();
  v1::ListEarlyCollectionsAnswer answer;
  const auto list = [&](const auto& prefix) {
    return ScanPage(rows, kPaymentsAt, prefix, request, request.header(), answer.mutable_page(),
                    [&](const auto& key, const state::Payment& payment) {
                      const std::string school_id(std::get<0>(key));
                      const Micros paid_at = MicrosOf(payment.received().paid_at());
                      if (!range.Has(DateOf(paid_at, ZoneAt(rows, school_id)))) return false;
                      EarlyCollectionLine line;
                      if (!FillEarly(rows, school_id, payment, &line)) return false;
                      if (line.before_notice()) FillNextNotice(rows, school_id, paid_at, &line);
                      *answer.add_payments() = std::move(line);
                      return true;
                    });
  };
  // Without a school: those of all schools here.
  AFTERBELL_RETURN_IF_ERROR(asked.empty() ? list(Prefix()) : list(Prefix(asked)));
  return answer;
}

}  // namespace afterbell::billing
