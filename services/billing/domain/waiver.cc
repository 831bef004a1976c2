#include "services/billing/domain/waiver.h"

#include <algorithm>
#include <map>

#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/billing/domain/facts.h"
#include "services/billing/domain/tables.h"
#include "services/platform/base/ids.h"

namespace afterbell::billing {
namespace {

using enrollment::v1::SpecialStatusVerified;
using policy::v1::Value;
using v1::BillingEvent;
using v1::WaiverGranted;

constexpr int64_t kAll = 100;

bool InForce(const WaiverGranted& waiver, std::string_view on) {
  return waiver.from_on() <= on && (waiver.to_on().empty() || on <= std::string_view(waiver.to_on()));
}

const Value* RateOf(const Value& waiver, std::string_view category) {
  for (const policy::v1::Entry& entry : waiver.entries().entry()) {
    if (entry.name() == category) return &entry.value();
  }
  return nullptr;
}

// The waiver lies within what was verified.
bool Covers(const SpecialStatusVerified& status, const v1::GrantWaiver& command) {
  return status.category() == command.category() && status.from_on() <= command.from_on() &&
         (status.to_on().empty() || (!command.to_on().empty() && command.to_on() <= status.to_on()));
}

// The day the category must be waived on: today, or the nearest day to it that the waiver has.
std::string DayAsked(const Situation& s, const v1::GrantWaiver& command) {
  std::string day = s.context.service_date;
  if (!command.to_on().empty()) day = std::min(day, command.to_on());
  return std::max(day, command.from_on());
}

struct Rate {
  int64_t percent = 0;
  std::string waiver_id;
};

// One rate a category, in order of category.
absl::StatusOr<std::vector<Rate>> RatesOf(const Rows& rows, Lookup& lookup, std::string_view school_id,
                                          std::string_view pupil_id, std::string_view on) {
  std::map<std::string, std::string> waivers;  // Category to the waiver that stands for it.
  rows.Scan(kWaivers, Prefix(school_id, pupil_id), [&](const WaiverGranted& waiver) {
    if (InForce(waiver, on)) waivers.emplace(waiver.category(), waiver.waiver_id());
  });
  std::vector<Rate> rates;
  if (waivers.empty()) return rates;
  AFTERBELL_ASSIGN_OR_RETURN(const std::optional<Value> policy, lookup.Find("waiver"));
  if (!policy) return rates;
  for (const auto& [category, waiver_id] : waivers) {
    const Value* rate = RateOf(*policy, category);
    if (rate == nullptr) continue;
    if (!rate->has_count() || rate->count() < 0 || rate->count() > kAll) {
      return policy::Unset("waiver", "has no rate for " + category);
    }
    rates.push_back({rate->count(), waiver_id});
  }
  return rates;
}

absl::StatusOr<Reduction> Stacked(const std::vector<Rate>& rates, const std::string& word) {
  Reduction reduction;
  if (word == "highest") {
    const auto highest = std::max_element(rates.begin(), rates.end(),
                                          [](const Rate& a, const Rate& b) { return a.percent < b.percent; });
    return Reduction{{highest->percent}, {highest->waiver_id}};
  }
  for (const Rate& rate : rates) {
    reduction.percent.push_back(rate.percent);
    reduction.waiver_ids.push_back(rate.waiver_id);
  }
  if (word == "multiply") return reduction;
  if (word != "add_capped") return policy::Unset("waiver_stacking", "is not a word that is known: " + word);
  int64_t sum = 0;
  for (const int64_t percent : reduction.percent) sum += percent;
  reduction.percent = {std::min(sum, kAll)};
  return reduction;
}

}  // namespace

std::string WaiverId(std::string_view pupil_id, std::string_view category, std::string_view from_on) {
  return DerivedId("waiver", {pupil_id, category, from_on});
}

void EvolveWaiverGranted(const Recorded& own, const WaiverGranted& event, StateRows rows) {
  rows.Put(kWaivers, {own.commit.school_id(), event.pupil_id(), event.waiver_id()}, event);
}

Decision<BillingEvent> DecideGrantWaiver(const Situation& s, const v1::GrantWaiver& command) {
  const std::string id = WaiverId(command.pupil_id(), command.category(), command.from_on());
  const std::string& school_id = s.context.school_id;
  if (s.rows.Has(kWaivers, {school_id, command.pupil_id(), id})) return {};
  const auto status = s.rows.Get(kStatuses, {school_id, command.pupil_id(), command.status_id()});
  if (!status || !Covers(*status, command)) {
    return Refused{"ENR-28",
                   "STATUS_NOT_VERIFIED",
                   command.status_id(),
                   status ? status->category() + " " + status->from_on() + "/" + status->to_on() : "",
                   command.category() + " " + command.from_on() + "/" + command.to_on(),
                   "waiver"};
  }
  Lookup lookup(s.policy, PlaceOfPupil(s.rows, school_id, command.pupil_id()), DayAsked(s, command));
  AFTERBELL_ASSIGN_OR_RETURN(const std::optional<Value> policy, lookup.Find("waiver"));
  if (!policy || RateOf(*policy, command.category()) == nullptr) {
    // A status is verified for other ends as well, places in the draw for one: no cause for a refusal.
    if (s.context.role == "system") return {};
    return Refused{"BIL-14",           "CATEGORY_NOT_WAIVED",
                   command.pupil_id(), policy ? Printed(*policy) : "",
                   command.category(), "waiver"};
  }
  BillingEvent event;
  WaiverGranted& granted = *event.mutable_waiver_granted();
  granted.set_waiver_id(id);
  granted.set_pupil_id(command.pupil_id());
  granted.set_category(command.category());
  granted.set_from_on(command.from_on());
  granted.set_to_on(command.to_on());
  granted.set_status_id(command.status_id());
  return std::vector<BillingEvent>{event};
}

absl::StatusOr<Reduction> ReductionOf(const Rows& rows, Lookup& lookup, std::string_view school_id,
                                      std::string_view pupil_id, std::string_view on) {
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<Rate> rates, RatesOf(rows, lookup, school_id, pupil_id, on));
  if (rates.empty()) return Reduction();
  if (rates.size() == 1) return Reduction{{rates[0].percent}, {rates[0].waiver_id}};
  AFTERBELL_ASSIGN_OR_RETURN(const Value stacking, lookup.Need("waiver_stacking"));
  return Stacked(rates, stacking.choice());
}

}  // namespace afterbell::billing
