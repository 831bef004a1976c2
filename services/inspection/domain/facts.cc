#include "services/inspection/domain/facts.h"

namespace afterbell::inspection {

std::string PostKey(std::string_view school_id, std::string_view person_id, std::string_view post_id) {
  return Key("f/registry/post", school_id, person_id, post_id);
}

std::string NoticeKey(std::string_view school_id, std::string_view notice_id) {
  return Key("f/billing/notice", school_id, notice_id);
}

std::string ChargeKey(std::string_view charge_id) { return Key("f/billing/charge", charge_id); }

std::string MoneyKey(std::string_view school_id, Micros at, std::string_view kind, std::string_view id) {
  return Key("f/billing/money", school_id, InstantText(at), kind, id);
}

state::MoneyRow MoneyOf(const Recorded& recorded, const billing::v1::ChargeIssued& issued) {
  state::MoneyRow row;
  *row.mutable_at() = recorded.commit.occurred_at();
  *row.mutable_record() = recorded.Id();
  row.add_charge_ids(issued.charge_id());
  return row;
}

state::MoneyRow MoneyOf(const Recorded& recorded, const billing::v1::PaymentReceived& payment) {
  state::MoneyRow row;
  *row.mutable_at() = payment.paid_at();
  *row.mutable_record() = recorded.Id();
  for (const billing::v1::Allocation& allocation : payment.allocations()) {
    if (allocation.charge_id().empty()) {
      row.set_unallocated(true);
    } else {
      row.add_charge_ids(allocation.charge_id());
    }
  }
  if (payment.allocations().empty()) row.set_unallocated(true);
  return row;
}

std::optional<registry::v1::PostAssigned> PostHeld(const Rows& rows, std::string_view school_id,
                                                   std::string_view person_id, std::string_view date) {
  std::optional<registry::v1::PostAssigned> held;
  if (person_id.empty()) return held;
  rows.Scan<registry::v1::PostAssigned>(PostKey(school_id, person_id, ""),
                                        [&](std::string_view, const registry::v1::PostAssigned& post) {
                                          if (std::string_view(post.from_on()) <= date) held = post;
                                          return !held;
                                        });
  return held;
}

}  // namespace afterbell::inspection
