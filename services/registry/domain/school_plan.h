// A school's plan for a term: one school, one plan (REF-06). It says when the school serves (slots)
// and what it has thought of (sections). The way into force differs by place: review, filing, both,
// or neither (p:plan_filing, REF-08); what it must contain does not (REF-07).
//
//   submitted -> returned -> submitted (version + 1)
//   submitted -> reviewed -> filed -> in force, as far as the place asks
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_SCHOOL_PLAN_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_SCHOOL_PLAN_H_

#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

void EvolvePlanSubmitted(const Recorded& own, const v1::SchoolPlanSubmitted& event, StateRows rows);
void EvolvePlanReviewed(const Recorded& own, const v1::SchoolPlanReviewed& event, StateRows rows);
void EvolvePlanFiled(const Recorded& own, const v1::SchoolPlanFiled& event, StateRows rows);
void EvolvePlanTookEffect(const Recorded& own, const v1::SchoolPlanTookEffect& event, StateRows rows);

Decided DecideSubmitSchoolPlan(const Situation& s, const v1::SubmitSchoolPlan& command);
Decided DecideReviewSchoolPlan(const Situation& s, const v1::ReviewSchoolPlan& command);
Decided DecideFileSchoolPlan(const Situation& s, const v1::FileSchoolPlan& command);
Decided DecideBringPlanIntoForce(const Situation& s, const v1::BringPlanIntoForce& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_SCHOOL_PLAN_H_
