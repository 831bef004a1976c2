#include "services/inspection/projection/refusals.h"

#include "services/inspection/projection/tables.h"
#include "services/platform/base/ids.h"
#include "services/platform/decider/paging.h"

namespace afterbell::inspection {
namespace {

using v1::RefusalSeen;

// One actor, one rule, one subject, one day. A rule may refuse for several reasons.
std::string RefusalId(const Recorded& recorded) {
  const log::v1::Commit& commit = recorded.commit;
  const log::v1::Refusal& refusal = commit.refusal();
  return DerivedId("refusal",
                   {recorded.service, commit.school_id(), commit.service_date(), commit.actor().role(),
                    commit.actor().person_id(), refusal.rule(), refusal.reason(), refusal.subject()});
}

RefusalSeen SeenOf(const Recorded& recorded) {
  const log::v1::Commit& commit = recorded.commit;
  RefusalSeen seen;
  *seen.mutable_first() = recorded.Id();
  *seen.mutable_refusal() = commit.refusal();
  *seen.mutable_actor() = commit.actor();
  seen.set_school_id(commit.school_id());
  seen.set_district_id(commit.district_id());
  seen.set_day(commit.service_date());
  *seen.mutable_at() = commit.recorded_at();
  return seen;
}

int64_t TimesOf(const QueryRows& rows, std::string_view school_id, std::string_view refusal_id) {
  int64_t times = 0;
  rows.Scan(kRefusalTimes, Prefix(school_id, refusal_id), [&](const auto&) { ++times; });
  return times;
}

}  // namespace

void ProjectRefusal(const Recorded& recorded, ViewRows rows) {
  const log::v1::Commit& commit = recorded.commit;
  if (!commit.has_refusal()) return;
  const std::string& school_id = commit.school_id();
  const std::string id = RefusalId(recorded);
  rows.Put(kRefusalTimes, {school_id, id, key::Number(static_cast<int64_t>(commit.index()))});
  if (rows.Has(kRefusals, {school_id, id})) return;
  const RefusalSeen seen = SeenOf(recorded);
  rows.Put(kRefusals, {school_id, id}, seen);
  const key::Word rule(seen.refusal().rule());
  const key::Date day(seen.day());
  const key::Instant at(MicrosOf(seen.at()));
  rows.Put(kRefusalsOfSchool, {school_id, rule, day, at, id});
  rows.Put(kRefusalsOfDistrict, {seen.district_id(), rule, day, at, school_id, id});
}

absl::StatusOr<v1::ListRefusalsAnswer> ListRefusals(const QueryRows& rows,
                                                    const v1::ListRefusalsRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (school_id.empty() && request.district_id().empty()) {
    return InvalidField("district_id", "", "given where the header has no school");
  }
  for (const auto& [field, date] :
       {std::pair("from_on", request.from_on()), std::pair("to_on", request.to_on())}) {
    if (!date.empty() && !IsDate(date)) return InvalidField(field, date, "a date (2026-09-01)");
  }
  v1::ListRefusalsAnswer answer;
  const auto visit = [&](std::string_view school, std::string_view day, std::string_view refusal_id) {
    if (!request.from_on().empty() && day < std::string_view(request.from_on())) return false;
    if (!request.to_on().empty() && std::string_view(request.to_on()) < day) return false;
    const auto seen = rows.Get(kRefusals, {school, refusal_id});
    if (!seen || (!request.service().empty() && request.service() != seen->first().service())) return false;
    RefusalSeen& refusal = *answer.add_refusals();
    refusal = *seen;
    refusal.set_times(TimesOf(rows, school, refusal_id));
    return true;
  };
  const auto of_school = [&](const auto& key) {
    const auto& [school, rule, day, at, refusal_id] = key;
    return visit(school, day, refusal_id);
  };
  const auto of_district = [&](const auto& key) {
    const auto& [district, rule, day, at, school, refusal_id] = key;
    return visit(school, day, refusal_id);
  };
  const auto list = [&](const auto& table, const std::string& of, const auto& visit_key) {
    const auto scan = [&](const auto& prefix) {
      return ScanPage(rows, table, prefix, request, request.header(), answer.mutable_page(), visit_key);
    };
    return request.rule().empty() ? scan(Prefix(of)) : scan(Prefix(of, key::Word(request.rule())));
  };
  AFTERBELL_RETURN_IF_ERROR(school_id.empty() ? list(kRefusalsOfDistrict, request.district_id(), of_district)
                                              : list(kRefusalsOfSchool, school_id, of_school));
  return answer;
}

}  // namespace afterbell::inspection
