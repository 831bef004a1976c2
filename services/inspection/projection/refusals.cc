#include "services/inspection/projection/refusals.h"

#include "services/platform/base/ids.h"
#include "services/platform/decider/paging.h"

namespace afterbell::inspection {
namespace {

using v1::RefusalSeen;

std::string RefusalKey(std::string_view refusal_id) { return Key("v/refusal", refusal_id); }
std::string TimesPrefix(std::string_view refusal_id) { return Key("v/refusal_times", refusal_id, ""); }

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

int64_t TimesOf(const Rows& rows, std::string_view refusal_id) {
  int64_t times = 0;
  rows.ScanBytes(TimesPrefix(refusal_id), "", [&](std::string_view, std::string_view) {
    ++times;
    return true;
  });
  return times;
}

}  // namespace

void ProjectRefusal(const Recorded& recorded, MutableRows& rows) {
  const log::v1::Commit& commit = recorded.commit;
  if (!commit.has_refusal()) return;
  const std::string id = RefusalId(recorded);
  rows.PutBytes(TimesPrefix(id) + std::to_string(commit.index()), "");
  if (rows.Has(RefusalKey(id))) return;
  const RefusalSeen seen = SeenOf(recorded);
  rows.Put(RefusalKey(id), seen);
  const std::string at = InstantText(MicrosOf(seen.at()));
  rows.PutBytes(Key("v/refusals/school", seen.school_id(), seen.refusal().rule(), seen.day(), at, id), "");
  rows.PutBytes(Key("v/refusals/district", seen.district_id(), seen.refusal().rule(), seen.day(), at, id),
                "");
}

absl::StatusOr<v1::ListRefusalsAnswer> ListRefusals(const Rows& rows,
                                                    const v1::ListRefusalsRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (school_id.empty() && request.district_id().empty()) {
    return InvalidField("district_id", "", "given where the header has no school");
  }
  for (const auto& [field, date] :
       {std::pair("from_on", request.from_on()), std::pair("to_on", request.to_on())}) {
    if (!date.empty() && !IsDate(date)) return InvalidField(field, date, "a date (2026-09-01)");
  }
  std::string prefix = school_id.empty() ? Key("v/refusals/district", request.district_id(), "")
                                         : Key("v/refusals/school", school_id, "");
  if (!request.rule().empty()) prefix += request.rule() + "/";
  v1::ListRefusalsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, prefix, request, request.header(), answer.mutable_page(),
               [&](std::string_view key, std::string_view) {
                 const std::string_view day = KeyPart(key, 5);
                 if (!request.from_on().empty() && day < std::string_view(request.from_on())) return false;
                 if (!request.to_on().empty() && std::string_view(request.to_on()) < day) return false;
                 auto seen = rows.Get<RefusalSeen>(RefusalKey(KeyPart(key, 7)));
                 if (!seen || (!request.service().empty() && request.service() != seen->first().service()))
                   return false;
                 seen->set_times(TimesOf(rows, KeyPart(key, 7)));
                 *answer.add_refusals() = *std::move(seen);
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::inspection
