// Words of inspection's tests: the kit for school s1 in district d1, where s2 is too; events and commands as
// text.
#ifndef AFTERBELL_SERVICES_INSPECTION_DOMAIN_TESTING_H_
#define AFTERBELL_SERVICES_INSPECTION_DOMAIN_TESTING_H_

#include <string>

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "services/inspection/domain/tables.h"
#include "services/inspection/domain/violation.h"
#include "services/inspection/inspection.h"
#include "services/platform/base/ids.h"
#include "tests/kit/kit.h"

namespace afterbell::inspection {

inline const InspectionService& TheInspection() {
  static const InspectionService* const kService = new InspectionService();
  return *kService;
}

class InspectionKit : public kit::Kit<v1::InspectionCommand, v1::InspectionEvent> {
 public:
  InspectionKit() : Kit(TheInspection(), "s1") {
    GivenCommons(kit::Parse<registry::v1::RegistryEvent>(
        "district_registered { district_id: 'd1' level: 'district' time_zone: 'Asia/Shanghai' }"));
    GivenCommons(kit::Parse<registry::v1::RegistryEvent>(
        "school_registered { school_id: 's1' district_id: 'd1' stages: 'primary' }"));
    GivenCommons(kit::Parse<registry::v1::RegistryEvent>(
        "school_registered { school_id: 's2' district_id: 'd1' stages: 'primary' }"));
  }
};

inline v1::InspectionCommand Command(const std::string& text) {
  return kit::Parse<v1::InspectionCommand>(text);
}
inline v1::InspectionEvent Event(const std::string& text) { return kit::Parse<v1::InspectionEvent>(text); }
inline attendance::v1::AttendanceEvent Attendance(const std::string& text) {
  return kit::Parse<attendance::v1::AttendanceEvent>(text);
}
inline billing::v1::BillingEvent Billing(const std::string& text) {
  return kit::Parse<billing::v1::BillingEvent>(text);
}
inline staffing::v1::StaffingEvent Staffing(const std::string& text) {
  return kit::Parse<staffing::v1::StaffingEvent>(text);
}

// "name { seconds: … }": an instant of a local date and time, as text.
inline std::string Instant(const std::string& name, const std::string& date, const std::string& time) {
  return name + " { " + TimestampOf(InstantOf(date, time)).ShortDebugString() + " } ";
}

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_DOMAIN_TESTING_H_
