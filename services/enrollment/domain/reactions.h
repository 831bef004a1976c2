// What follows by itself: an agreement in force enrolls its pupil on its first day, if nobody did so
// before (ENR-16). No record of another service makes enrollment act yet: what others publish is read,
// never a reason to hold or end an enrollment (D-01).
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_REACTIONS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_REACTIONS_H_

#include <string_view>
#include <vector>

#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

std::vector<v1::EnrollmentCommand> ReachEnrollmentDeadline(const Situation& s, std::string_view name,
                                                           std::string_view entity);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_REACTIONS_H_
