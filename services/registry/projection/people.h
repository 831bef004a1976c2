// People of a school: one by id, the pupils of a class, who holds which post, who is whose guardian.
#ifndef AFTERBELL_SERVICES_REGISTRY_PROJECTION_PEOPLE_H_
#define AFTERBELL_SERVICES_REGISTRY_PROJECTION_PEOPLE_H_

#include "absl/status/statusor.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::registry {

void ProjectPeople(const Recorded& own, const v1::RegistryEvent& event, ViewRows rows);

absl::StatusOr<v1::GetPersonAnswer> GetPerson(const QueryRows& rows, const v1::GetPersonRequest& request);
absl::StatusOr<v1::ListClassPupilsAnswer> ListClassPupils(const QueryRows& rows,
                                                          const v1::ListClassPupilsRequest& request);
absl::StatusOr<v1::ListPostsAnswer> ListPosts(const QueryRows& rows, const v1::ListPostsRequest& request);
absl::StatusOr<v1::ListGuardiansAnswer> ListGuardians(const QueryRows& rows,
                                                      const v1::ListGuardiansRequest& request);
// Of one partition: one seek. The server fills in the caller's id and gathers over partitions.
absl::StatusOr<v1::ListMyPupilsAnswer> ListMyPupils(const QueryRows& rows,
                                                    const v1::ListMyPupilsRequest& request);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_PROJECTION_PEOPLE_H_
