#include "services/inspection/domain/facts.h"

namespace afterbell::inspection {

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

RowPtr<registry::v1::PostAssigned> PostHeld(const Rows& rows, std::string_view school_id,
                                            std::string_view person_id, std::string_view date) {
  RowPtr<registry::v1::PostAssigned> held;
  if (person_id.empty()) return held;
  rows.Scan(kPosts, Prefix(school_id, person_id),
            [&](const auto& key, const registry::v1::PostAssigned& post) {
              if (std::string_view(post.from_on()) <= date)
                held = rows.Get(kPosts, {school_id, person_id, std::get<2>(key)});
              return held == nullptr;
            });
  return held;
}

}  // namespace afterbell::inspection
