#include "services/enrollment/domain/reactions.h"

#include "services/enrollment/domain/agreement.h"
#include "services/enrollment/domain/application.h"

namespace afterbell::enrollment {

std::vector<v1::EnrollmentCommand> ReachEnrollmentDeadline(const Situation& s, std::string_view name,
                                                           std::string_view entity) {
  if (name != kEnrollmentDue) return {};
  const std::string application_id(EntityPart(entity, 1));
  const auto application = ApplicationAt(s, application_id);
  if (!application || application->state() != state::Application::AGREED) return {};
  v1::EnrollmentCommand command;
  command.mutable_enroll_pupil()->set_application_id(application_id);
  return {command};
}

}  // namespace afterbell::enrollment
