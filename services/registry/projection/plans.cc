#include "services/registry/projection/plans.h"

#include "services/platform/base/ids.h"
#include "services/platform/decider/paging.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {
namespace {

decltype(kPlansIn)::Key WaitingKey(const v1::SchoolPlan& plan) {
  return {plan.district_id(), key::Word(v1::PlanState_Name(plan.state())),
          key::Instant(MicrosOf(plan.submitted_at())), plan.plan().plan_id()};
}

// Both rows of a plan; the waiting row of the state it was in goes.
void PutPlan(const v1::SchoolPlan& plan, ViewRows rows) {
  const decltype(kPlansOf)::Key key = {plan.school_id(), plan.plan().plan_id()};
  if (const auto before = rows.Get(kPlansOf, key)) rows.Erase(kPlansIn, WaitingKey(*before));
  rows.Put(kPlansOf, key, plan);
  rows.Put(kPlansIn, WaitingKey(plan), plan);
}

void Advance(const Recorded& own, const std::string& plan_id, int version, v1::PlanState state, ViewRows rows,
             const std::string& from_on = {}) {
  const auto plan = rows.Get(kPlansOf, {own.commit.school_id(), plan_id});
  if (!plan || plan->plan().version() != version) return;
  v1::SchoolPlan next = *plan;
  next.set_state(state);
  next.set_from_on(from_on);
  PutPlan(next, rows);
}

}  // namespace

void ProjectPlans(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) {
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

absl::StatusOr<v1::GetSchoolPlanAnswer> GetSchoolPlan(const QueryRows& rows,
                                                      const v1::GetSchoolPlanRequest& request) {
  const std::string& school_id = request.header().school_id();
  const auto plan = rows.Get(kPlansOf, {school_id, DerivedId("plan", {school_id, request.term_id()})});
  if (!plan) return Unknown("plan of term", request.term_id());
  v1::GetSchoolPlanAnswer answer;
  *answer.mutable_plan() = *plan;
  return answer;
}

absl::StatusOr<v1::ListPlansToReviewAnswer> ListPlansToReview(const QueryRows& rows,
                                                              const v1::ListPlansToReviewRequest& request) {
  if (request.district_id().empty()) return InvalidField("district_id", "", "given");
  const v1::PlanState state = request.state() == v1::PLAN_STATE_UNSPECIFIED ? v1::SUBMITTED : request.state();
  v1::ListPlansToReviewAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kPlansIn, Prefix(request.district_id(), key::Word(v1::PlanState_Name(state))), request,
               request.header(), answer.mutable_page(), [&](const v1::SchoolPlan& plan) {
                 if (!request.term_id().empty() && request.term_id() != plan.plan().term_id()) return false;
                 *answer.add_plans() = plan;
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::registry
