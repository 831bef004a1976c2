#include "services/city/city.h"

#include "services/attendance/transport/attendance_grpc.h"
#include "services/billing/transport/billing_grpc.h"
#include "services/enrollment/transport/enrollment_grpc.h"
#include "services/inspection/transport/inspection_grpc.h"
#include "services/registry/transport/registry_grpc.h"
#include "services/staffing/transport/staffing_grpc.h"

namespace afterbell {

std::vector<Hosted> HostCity() {
  return {registry::HostRegistry(), enrollment::HostEnrollment(), attendance::HostAttendance(),
          staffing::HostStaffing(), billing::HostBilling(),       inspection::HostInspection()};
}

std::vector<const Service*> CityServices() {
  std::vector<const Service*> services;
  for (const Hosted& hosted : HostCity()) services.push_back(hosted.service);
  return services;
}

}  // namespace afterbell
