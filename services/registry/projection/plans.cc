#include "services/registry/projection/plans.h"

#include "services/platform/base/ids.h"
#include "services/platform/decider/paging.h"

namespace afterbell::registry {
namespace {

std::string PlanKey(std::string_view school_id, std::string_view plan_id) {
  return Key("v/plan", school_id, plan_id);
}

std::string WaitingKey(const v1::SchoolPlan& plan) {
  return Key("v/plans", plan.district_id(), v1::PlanState_Name(plan.state()),
             InstantText(MicrosOf(plan.submitted_at())), plan.plan().plan_id());
}

// Both rows of a plan; the waiting row of the state it was in goes.
void PutPlan(const v1::SchoolPlan& plan, MutableRows& rows) {
  const std::string key = PlanKey(plan.school_id(), plan.plan().plan_id());
  if (const auto before = rows.Get<v1::SchoolPlan>(key)) rows.Erase(WaitingKey(*before));
  rows.Put(key, plan);
  rows.Put(WaitingKey(plan), plan);
}

void Advance(const Recorded& own, const std::string& plan_id, int version, v1::PlanState state,
             MutableRows& rows, const std::string& from_on = {}) {
  auto plan = rows.Get<v1::SchoolPlan>(PlanKey(own.commit.school_id(), plan_id));
  if (!plan || plan->plan().version() != version) return;
  v1::SchoolPlan next = *plan;
  next.set_state(state);
  next.set_from_on(from_on);
  PutPlan(next, rows);
}

}  // namespace

void ProjectPlans(const Recorded& own, const v1::RegistryEvent& event, MutableRows& rows) {
  switch (event.event_case()) {
    case v1::RegistryEvent::kSchoolPlanSubmitted: {
      v1::SchoolPlan plan;
      *plan.mutable_plan() = event.school_plan_submitted();
      plan.set_school_id(own.commit.school_id());
      plan.set_district_id(own.commit.district_id());
      plan.set_state(v1::SUBMITTED);
      *plan.mutable_submitted_at() = own.commit.recorded_at();
      return PutPlan(plan, rows);
    }
    case v1::RegistryEvent::kSchoolPlanReviewed: {
      const v1::SchoolPlanReviewed& reviewed = event.school_plan_reviewed();
      return Advance(own, reviewed.plan_id(), reviewed.version(),
                     reviewed.passed() ? v1::REVIEWED : v1::RETURNED, rows);
    }
    case v1::RegistryEvent::kSchoolPlanFiled:
      return Advance(own, event.school_plan_filed().plan_id(), event.school_plan_filed().version(), v1::FILED,
                     rows);
    case v1::RegistryEvent::kSchoolPlanTookEffect: {
      const v1::SchoolPlanTookEffect& effect = event.school_plan_took_effect();
      return Advance(own, effect.plan_id(), effect.version(), v1::IN_FORCE, rows, effect.from_on());
    }
    default:
      return;
  }
}

absl::StatusOr<v1::GetSchoolPlanAnswer> GetSchoolPlan(const Rows& rows,
                                                      const v1::GetSchoolPlanRequest& request) {
  const std::string& school_id = request.header().school_id();
  auto plan = rows.Get<v1::SchoolPlan>(PlanKey(school_id, DerivedId("plan", {school_id, request.term_id()})));
  if (!plan) return Unknown("plan of term", request.term_id());
  v1::GetSchoolPlanAnswer answer;
  *answer.mutable_plan() = *std::move(plan);
  return answer;
}

absl::StatusOr<v1::ListPlansToReviewAnswer> ListPlansToReview(const Rows& rows,
                                                              const v1::ListPlansToReviewRequest& request) {
  if (request.district_id().empty()) return InvalidField("district_id", "", "given");
  const v1::PlanState state = request.state() == v1::PLAN_STATE_UNSPECIFIED ? v1::SUBMITTED : request.state();
  v1::ListPlansToReviewAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPageOf<v1::SchoolPlan>(
      rows, Key("v/plans", request.district_id(), v1::PlanState_Name(state), ""), request, request.header(),
      answer.mutable_page(), [&](std::string_view, const v1::SchoolPlan& plan) {
        if (!request.term_id().empty() && request.term_id() != plan.plan().term_id()) return false;
        *answer.add_plans() = plan;
        return true;
      }));
  return answer;
}

}  // namespace afterbell::registry
