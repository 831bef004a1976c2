// People, and who is whose guardian. Adults who serve or decide are registered in the commons,
// because a clearance or a bar binds at every school; pupils and guardians are three million and
// lie at their school. A member of staff who serves nowhere else may be registered at the school.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_PERSON_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_PERSON_H_

#include <string_view>

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

// At that school or in the commons.
RowPtr<v1::PersonRegistered> PersonHere(const Rows& rows, std::string_view school_id,
                                        std::string_view person_id);

void EvolvePerson(std::string_view school_id, const v1::PersonRegistered& event, StateRows rows);
void EvolveGuardianship(std::string_view school_id, const v1::GuardianshipRecorded& event, StateRows rows);

Decided DecideRegisterPerson(const Situation& s, const v1::RegisterPerson& command);
Decided DecideRecordGuardianship(const Situation& s, const v1::RecordGuardianship& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_PERSON_H_
