#include "services/relay/known_services.h"

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"

namespace afterbell::relay {

std::vector<std::string> KnownServices() {
  std::vector<std::string> names;
  // Naming a message is what has the linker keep it.
  for (const google::protobuf::Descriptor* event :
       {registry::v1::RegistryEvent::descriptor(), enrollment::v1::EnrollmentEvent::descriptor(),
        attendance::v1::AttendanceEvent::descriptor(), staffing::v1::StaffingEvent::descriptor(),
        billing::v1::BillingEvent::descriptor(), inspection::v1::InspectionEvent::descriptor()}) {
    // "afterbell.registry.v1"
    const std::string& package = event->file()->package();
    const size_t from = package.find('.') + 1;
    names.push_back(package.substr(from, package.rfind('.') - from));
  }
  return names;
}

}  // namespace afterbell::relay
