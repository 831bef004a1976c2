#include "services/billing/projection/payments.h"

#include "services/billing/domain/facts.h"
#include "services/billing/domain/notice.h"
#include "services/billing/projection/lines.h"
#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"

namespace afterbell::billing {
namespace {

using v1::EarlyCollectionLine;

// Fills what makes a payment early; false where nothing does.
bool FillEarly(const Rows& rows, const std::string& school_id, const state::Payment& payment,
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
void FillNextNotice(const Rows& rows, const std::string& school_id, Micros after, EarlyCollectionLine* line) {
  Micros first = 0;
  rows.Scan<state::Notice>(Key("s/notice", school_id, ""),
                           [&](std::string_view, const state::Notice& notice) {
                             const Micros at = MicrosOf(notice.posted().posted_at());
                             if (at > after && (first == 0 || at < first)) {
                               first = at;
                               line->set_notice_id(notice.posted().notice_id());
                               *line->mutable_posted_at() = notice.posted().posted_at();
                             }
                             return true;
                           });
}

}  // namespace

void ProjectPayments(const Recorded& own, const v1::BillingEvent& event, MutableRows& rows) {
  if (!event.has_payment_received()) return;
  state::Payment payment;
  *payment.mutable_received() = event.payment_received();
  *payment.mutable_recorded_at() = own.commit.recorded_at();
  const std::string& school_id = own.commit.school_id();
  const std::string paid_at = InstantText(MicrosOf(payment.received().paid_at()));
  const std::string& id = payment.received().payment_id();
  rows.Put(Key("v/payments", school_id, paid_at, id), payment);
  rows.Put(Key("v/pupil_payments", school_id, payment.received().pupil_id(), paid_at, id), payment);
}

std::vector<state::Payment> PaymentsOf(const Rows& rows, std::string_view school_id,
                                       std::string_view pupil_id) {
  std::vector<state::Payment> payments;
  rows.Scan<state::Payment>(Key("v/pupil_payments", school_id, pupil_id, ""),
                            [&](std::string_view, const state::Payment& payment) {
                              payments.push_back(payment);
                              return true;
                            });
  return payments;
}

absl::StatusOr<v1::ListPaymentsAnswer> ListPayments(const Rows& rows,
                                                    const v1::ListPaymentsRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const DateRange range, DateRangeOf(request.from(), request.to()));
  const std::string& school_id = request.header().school_id();
  const int zone_minutes = ZoneAt(rows, school_id);
  v1::ListPaymentsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPageOf<state::Payment>(rows, Key("v/payments", school_id, ""), request, request.header(),
                                 answer.mutable_page(), [&](std::string_view, const state::Payment& payment) {
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
    const Rows& rows, const v1::ListEarlyCollectionsRequest& request) {
  AFTERBELL_ASSIGN_OR_RETURN(const DateRange range, DateRangeOf(request.from(), request.to()));
  std::string prefix = "v/payments/";
  if (!request.header().school_id().empty()) prefix = Key("v/payments", request.header().school_id(), "");
  v1::ListEarlyCollectionsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPageOf<state::Payment>(rows, prefix, request, request.header(), answer.mutable_page(),
                                 [&](std::string_view key, const state::Payment& payment) {
                                   const std::string school_id(KeyPart(key, 2));
                                   const Micros paid_at = MicrosOf(payment.received().paid_at());
                                   if (!range.Has(DateOf(paid_at, ZoneAt(rows, school_id)))) return false;
                                   EarlyCollectionLine line;
                                   if (!FillEarly(rows, school_id, payment, &line)) return false;
                                   if (line.before_notice()) FillNextNotice(rows, school_id, paid_at, &line);
                                   *answer.add_payments() = std::move(line);
                                   return true;
                                 }));
  return answer;
}

}  // namespace afterbell::billing
