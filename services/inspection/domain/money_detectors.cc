// The detector of money that came before its notice.
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/inspection/domain/detectors.h"
#include "services/inspection/domain/facts.h"
#include "services/platform/decider/service.h"
#include "services/platform/reference/reference.h"

namespace afterbell::inspection {
namespace {

using billing::v1::BillingEvent;
using billing::v1::ChargeAssessed;
using billing::v1::NoticeAmount;
using state::MoneyRow;
using state::NoticeRow;

// Why money was not covered by a notice, in the words of a suspicion.
struct Finding {
  std::string limit;
  std::string met;
  std::optional<log::v1::RecordId> notice;  // The one that came late or says another thing.
};

std::string TermsText(const std::string& model, int64_t amount_fen, int64_t cap_fen) {
  return cap_fen > 0 ? absl::StrCat(model, " ", amount_fen, " at most ", cap_fen)
                     : absl::StrCat(model, " ", amount_fen);
}

// What a value of policy was when the charge was assessed; 0 where it used none.
int64_t UsedFen(const ChargeAssessed& charge, std::string_view key) {
  for (const billing::v1::UsedValue& used : charge.used()) {
    if (std::string_view(used.key()) != key) continue;
    int64_t fen = 0;
    for (const char c : used.value()) {
      if (c < '0' || c > '9') return 0;
      fen = fen * 10 + (c - '0');
    }
    return fen;
  }
  return 0;
}

std::string TermsText(const NoticeAmount& amount) {
  return TermsText(amount.model(), amount.amount_fen(), amount.cap_fen());
}
std::string TermsText(const ChargeAssessed& charge) {
  return TermsText(charge.model(), UsedFen(charge, "fee_amount_yuan"), UsedFen(charge, "fee_cap"));
}

using Notices = std::vector<RowPtr<NoticeRow>>;

Notices NoticesOf(const Rows& rows, const std::string& school_id) {
  Notices notices;
  rows.Scan(kNotices, Prefix(school_id), [&](const auto& key, const NoticeRow& notice) {
    if (notice.has_posted()) notices.push_back(rows.Get(kNotices, {school_id, std::get<1>(key)}));
  });
  return notices;
}

bool Stands(const NoticeRow& notice, Micros at) {
  return MicrosOf(notice.posted().posted_at()) <= at &&
         (!notice.has_withdrawn_at() || at < MicrosOf(notice.withdrawn_at()));
}

// The notice names that kind of fee; an empty kind asks for any.
const NoticeAmount* AmountIn(const NoticeRow& notice, const std::string& fee_kind) {
  for (const NoticeAmount& amount : notice.posted().amounts()) {
    if (fee_kind.empty() || amount.fee_kind() == fee_kind) return &amount;
  }
  return nullptr;
}

// The first notice of that kind that came after the money, if any ever did.
Finding NotYetPosted(const Notices& notices, Micros at, const std::string& fee_kind) {
  Finding finding{"a posted notice", InstantText(at), {}};
  Micros first = 0;
  for (const auto& notice : notices) {
    const Micros posted_at = MicrosOf(notice->posted().posted_at());
    if (posted_at <= at || AmountIn(*notice, fee_kind) == nullptr || (first != 0 && first <= posted_at))
      continue;
    first = posted_at;
    finding.limit = InstantText(posted_at);
    finding.notice = notice->posted_in();
  }
  return finding;
}

// Nothing: a notice stood that says what the charge asks. Without a charge any notice will do.
std::optional<Finding> Uncovered(const Notices& notices, Micros at, const RowPtr<ChargeAssessed>& charge) {
  const std::string fee_kind = charge ? charge->fee_kind() : std::string();
  std::optional<Finding> other;
  for (const auto& notice : notices) {
    const NoticeAmount* amount = Stands(*notice, at) ? AmountIn(*notice, fee_kind) : nullptr;
    if (amount == nullptr) continue;
    if (!charge || TermsText(*amount) == TermsText(*charge)) return std::nullopt;
    other = Finding{TermsText(*charge), TermsText(*amount), notice->posted_in()};
  }
  return other ? other : NotYetPosted(notices, at, fee_kind);
}

std::optional<Finding> Uncovered(const Rows& rows, const std::string& school_id, const Notices& notices,
                                 const MoneyRow& money) {
  const Micros at = MicrosOf(money.at());
  for (const std::string& charge_id : money.charge_ids()) {
    if (auto finding = Uncovered(notices, at, rows.Get(kCharges, {school_id, charge_id}))) return finding;
  }
  if (money.unallocated()) return Uncovered(notices, at, nullptr);
  return std::nullopt;
}

// The value of p:notice_before_collecting that asked for a notice then; nothing where none did.
std::optional<std::string> AskedBy(const Situation& s, const std::string& school_id, Micros at) {
  const auto value = s.policy.Find("notice_before_collecting", reference::PlaceOf(s.rows, school_id),
                                   DateOf(at, s.context.zone_minutes));
  if (!value || !value->value().flag()) return std::nullopt;
  return value->value_id();
}

// Intake leaves the log's own id out; a suspicion is read outside the log too.
void AddCause(const Situation& s, const log::v1::RecordId& record, v1::SuspectViolation* suspicion) {
  log::v1::RecordId& cause = *suspicion->add_causes();
  cause = record;
  cause.set_log_id(s.context.log_id);
}

v1::SuspectViolation Suspicion(const Situation& s, const std::string& school_id, const Finding& finding,
                               const std::string& value_id) {
  v1::SuspectViolation suspicion;
  suspicion.add_codes("unposted_charge");
  suspicion.add_codes("unlawful_charge");
  suspicion.set_subject_id(school_id);
  suspicion.set_detector("unposted_charge");
  AddCause(s, s.context.cause, &suspicion);
  if (finding.notice) AddCause(s, *finding.notice, &suspicion);
  suspicion.set_rule("BIL-13");
  suspicion.set_limit(finding.limit);
  suspicion.set_met(finding.met);
  suspicion.add_value_ids(value_id);
  return suspicion;
}

// The money a record moves.
std::vector<MoneyRow> MoneyIn(const Recorded& cause) {
  std::vector<MoneyRow> moved;
  ForEachEventOf<BillingEvent>(cause, [&](const BillingEvent& event) {
    if (event.has_charge_issued()) moved.push_back(MoneyOf(cause, event.charge_issued()));
    if (event.has_payment_received()) moved.push_back(MoneyOf(cause, event.payment_received()));
  });
  return moved;
}

// A withdrawal may be told late: money moved since then, covered as it seemed, is uncovered now.
void DetectByWithdrawal(const Situation& s, const Recorded& cause, const std::string& notice_id,
                        Micros withdrawn_at, Suspicions* suspicions) {
  const std::string& school_id = cause.commit.school_id();
  const Notices now = NoticesOf(s.rows, school_id);
  Notices before = now;
  for (auto& notice : before) {
    if (notice->posted().notice_id() != notice_id) continue;
    NoticeRow standing = *notice;
    standing.clear_withdrawn_at();
    notice = std::make_shared<const NoticeRow>(std::move(standing));
  }
  std::optional<v1::SuspectViolation> suspicion;
  s.rows.Scan(kMoney, Prefix(school_id).From(key::Instant(withdrawn_at)), [&](const MoneyRow& money) {
    const auto value_id = AskedBy(s, school_id, MicrosOf(money.at()));
    const auto finding = Uncovered(s.rows, school_id, now, money);
    if (!value_id || !finding || Uncovered(s.rows, school_id, before, money)) return;
    if (!suspicion) {
      suspicion = Suspicion(
          s, school_id, Finding{InstantText(withdrawn_at), InstantText(MicrosOf(money.at())), {}}, *value_id);
    }
    AddCause(s, money.record(), &*suspicion);
  });
  if (suspicion) suspicions->push_back(*std::move(suspicion));
}

}  // namespace

void DetectUnpostedCharge(const Situation& s, const Recorded& cause, Suspicions* suspicions) {
  if (cause.service != "billing") return;
  const std::string& school_id = cause.commit.school_id();
  for (const MoneyRow& money : MoneyIn(cause)) {
    const auto value_id = AskedBy(s, school_id, MicrosOf(money.at()));
    if (!value_id) continue;
    if (const auto finding = Uncovered(s.rows, school_id, NoticesOf(s.rows, school_id), money)) {
      suspicions->push_back(Suspicion(s, school_id, *finding, *value_id));
      break;  // One case a record.
    }
  }
  ForEachEventOf<BillingEvent>(cause, [&](const BillingEvent& event) {
    if (!event.has_fee_notice_withdrawn()) return;
    DetectByWithdrawal(s, cause, event.fee_notice_withdrawn().notice_id(),
                       MicrosOf(event.fee_notice_withdrawn().withdrawn_at()), suspicions);
  });
}

}  // namespace afterbell::inspection
