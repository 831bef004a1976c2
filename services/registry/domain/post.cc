#include "services/registry/domain/post.h"

#include "services/platform/base/ids.h"
#include "services/platform/reference/reference.h"
#include "services/registry/domain/person.h"
#include "services/registry/domain/tables.h"
#include "services/registry/domain/territory.h"

namespace afterbell::registry {
namespace {

// Roles a person can be given, by domain.md 2. A misspelt role would be held by nobody for ever.
constexpr std::string_view kRoles[] = {"academic_affairs_office",
                                       "audit_office",
                                       "bureau_finance_section",
                                       "bureau_supervision_office",
                                       "care_teacher",
                                       "central_school",
                                       "city_leading_group",
                                       "city_task_force",
                                       "civil_affairs_bureau",
                                       "class_teacher",
                                       "club_instructor",
                                       "comprehensive_governance",
                                       "data_resources_bureau",
                                       "deputies_and_members",
                                       "development_reform_bureau",
                                       "district_government",
                                       "duty_leader",
                                       "education_bureau",
                                       "education_supervision_office",
                                       "external_specialist",
                                       "finance_bureau",
                                       "floor_supervisor",
                                       "food_drug",
                                       "gate_guard",
                                       "health",
                                       "human_resources_bureau",
                                       "insurer",
                                       "logistics_staff",
                                       "market_regulator",
                                       "national_ministry",
                                       "off_campus_venue",
                                       "parent_volunteer",
                                       "parents_committee",
                                       "platform_operator",
                                       "police",
                                       "policy_analyst",
                                       "price_bureau",
                                       "principal",
                                       "reform_office",
                                       "responsible_inspector",
                                       "school_accountant",
                                       "school_leading_group",
                                       "school_office_meeting",
                                       "social_evaluation_agency",
                                       "sport_culture_science_youth_women",
                                       "staff_congress",
                                       "subject_teacher",
                                       "supervision_platform",
                                       "temp_class_head",
                                       "third_party_institution",
                                       "trade_union_federation",
                                       "volunteer"};
static_assert(std::is_sorted(std::begin(kRoles), std::end(kRoles)));

}  // namespace

void EvolvePost(std::string_view school_id, const v1::PostAssigned& event, StateRows rows) {
  rows.Put(kPosts, {school_id, event.post_id()}, event);
}

Decided DecideAssignPost(const Situation& s, const v1::AssignPost& command) {
  const std::string& school_id = s.context.school_id;
  v1::RegistryEvent event;
  v1::PostAssigned& post = *event.mutable_post_assigned();
  post.set_post_id(DerivedId("post", {school_id, command.person_id(), command.role(), command.class_id()}));
  post.set_person_id(command.person_id());
  post.set_role(command.role());
  post.set_class_id(command.class_id());
  post.set_from_on(command.from_on());

  const auto held = s.rows.Get(kPosts, {school_id, post.post_id()});
  if (auto decided = IfKnown(held, post, "ATT-33", post.post_id())) return *decided;
  if (!std::binary_search(std::begin(kRoles), std::end(kRoles), std::string_view(post.role()))) {
    return InvalidField("role", post.role(), "a role of an adult");
  }
  if (auto outside = OutsideSchool(s, post.post_id())) return *outside;
  if (!school_id.empty() && !reference::School(s.rows, school_id)) return Unknown("school", school_id);
  const auto person = PersonHere(s.rows, school_id, post.person_id());
  if (!person || person->kind() == v1::PUPIL) return Unknown("person", post.person_id());
  if (!post.class_id().empty() && !s.rows.Has(kClasses, {school_id, post.class_id()})) {
    return Unknown("class", post.class_id());
  }
  return One(std::move(event));
}

}  // namespace afterbell::registry
