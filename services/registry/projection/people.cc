#include "services/registry/projection/people.h"

#include "services/platform/decider/paging.h"
#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"
#include "services/registry/projection/tables.h"

namespace afterbell::registry {

void ProjectPeople(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows) {
  const std::string& school_id = own.commit.school_id();
  if (event.has_person_registered() && !event.person_registered().class_id().empty()) {
    const v1::PersonRegistered& pupil = event.person_registered();
    rows.Put(kPupilsOfClass, {school_id, pupil.class_id(), pupil.person_id()});
  } else if (event.has_post_assigned()) {
    const v1::PostAssigned& post = event.post_assigned();
    rows.Put(kPostsOf, {school_id, key::Word(post.role()), post.person_id(), post.post_id()}, post);
  } else if (event.has_guardianship_recorded()) {
    const v1::GuardianshipRecorded& held = event.guardianship_recorded();
    rows.Put(kPupilsOfGuardian, {held.guardian_id(), school_id, held.pupil_id()}, held);
  }
}

absl::StatusOr<v1::GetPersonAnswer> GetPerson(const QueryRows& rows, const v1::GetPersonRequest& request) {
  const std::string& school_id = request.header().school_id();
  const auto person = school_id.empty() ? reference::Person(rows, request.person_id())
                                        : rows.Get(kPeople, {school_id, request.person_id()});
  if (!person) return Unknown("person", request.person_id());
  v1::GetPersonAnswer answer;
  *answer.mutable_person() = *person;
  return answer;
}

absl::StatusOr<v1::ListClassPupilsAnswer> ListClassPupils(const QueryRows& rows,
                                                          const v1::ListClassPupilsRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (!rows.Has(kClasses, {school_id, request.class_id()})) return Unknown("class", request.class_id());
  v1::ListClassPupilsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kPupilsOfClass, Prefix(school_id, request.class_id()), request,
                                     request.header(), answer.mutable_page(), [&](const auto& key) {
                                       answer.add_pupil_ids(std::string(std::get<2>(key)));
                                       return true;
                                     }));
  return answer;
}

absl::StatusOr<v1::ListPostsAnswer> ListPosts(const QueryRows& rows, const v1::ListPostsRequest& request) {
  if (!request.on().empty() && !IsDate(request.on()))
    return InvalidField("on", request.on(), "a date (2026-09-01)");
  const std::string& school_id = request.header().school_id();
  v1::ListPostsAnswer answer;
  const auto list = [&](const auto& prefix) {
    return ScanPage(rows, kPostsOf, prefix, request, request.header(), answer.mutable_page(),
                    [&](const v1::PostAssigned& post) {
                      if (!request.on().empty() && request.on() < post.from_on()) return false;
                      *answer.add_posts() = post;
                      return true;
                    });
  };
  AFTERBELL_RETURN_IF_ERROR(request.role().empty() ? list(Prefix(school_id))
                                                   : list(Prefix(school_id, key::Word(request.role()))));
  return answer;
}

absl::StatusOr<v1::ListGuardiansAnswer> ListGuardians(const QueryRows& rows,
                                                      const v1::ListGuardiansRequest& request) {
  const std::string& school_id = request.header().school_id();
  if (!rows.Has(kPeople, {school_id, request.pupil_id()})) return Unknown("pupil", request.pupil_id());
  v1::ListGuardiansAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(ScanPage(rows, kGuardians, Prefix(school_id, request.pupil_id()), request,
                                     request.header(), answer.mutable_page(),
                                     [&](const v1::GuardianshipRecorded& held) {
                                       *answer.add_guardianships() = held;
                                       return true;
                                     }));
  return answer;
}

absl::StatusOr<v1::ListMyPupilsAnswer> ListMyPupils(const QueryRows& rows,
                                                    const v1::ListMyPupilsRequest& request) {
  if (request.guardian_id().empty()) return InvalidField("guardian_id", "", "the caller");
  v1::ListMyPupilsAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kPupilsOfGuardian, Prefix(request.guardian_id()), request, request.header(),
               answer.mutable_page(), [&](const auto& key, const v1::GuardianshipRecorded& held) {
                 v1::MyPupil& mine = *answer.add_pupils();
                 mine.set_school_id(std::string(std::get<1>(key)));
                 mine.set_pupil_id(held.pupil_id());
                 mine.set_relation(held.relation());
                 const auto pupil = rows.Get(kPeople, {mine.school_id(), held.pupil_id()});
                 if (pupil) mine.set_class_id(pupil->class_id());
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::registry
