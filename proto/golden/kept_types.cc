#include "proto/golden/kept_types.h"

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_commands.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "afterbell/log/v1/log.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/staffing/v1/staffing_commands.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"

namespace afterbell::golden {

const std::vector<KeptType>& KeptTypes() {
  static const auto* const kTypes = new std::vector<KeptType>{
      {"log_records", &log::v1::Record::default_instance()},
      {"registry_events", &registry::v1::RegistryEvent::default_instance()},
      {"registry_commands", &registry::v1::RegistryCommand::default_instance()},
      {"enrollment_events", &enrollment::v1::EnrollmentEvent::default_instance()},
      {"enrollment_commands", &enrollment::v1::EnrollmentCommand::default_instance()},
      {"attendance_events", &attendance::v1::AttendanceEvent::default_instance()},
      {"attendance_commands", &attendance::v1::AttendanceCommand::default_instance()},
      {"staffing_events", &staffing::v1::StaffingEvent::default_instance()},
      {"staffing_commands", &staffing::v1::StaffingCommand::default_instance()},
      {"billing_events", &billing::v1::BillingEvent::default_instance()},
      {"billing_commands", &billing::v1::BillingCommand::default_instance()},
      {"inspection_events", &inspection::v1::InspectionEvent::default_instance()},
      {"inspection_commands", &inspection::v1::InspectionCommand::default_instance()},
  };
  return *kTypes;
}

}  // namespace afterbell::golden
