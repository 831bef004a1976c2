// Violation cases: one in full, and lists by state and code, of a school or of a district.
#ifndef AFTERBELL_SERVICES_INSPECTION_PROJECTION_VIOLATIONS_H_
#define AFTERBELL_SERVICES_INSPECTION_PROJECTION_VIOLATIONS_H_

#include "absl/status/statusor.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::inspection {

void ProjectViolations(const Recorded& own, const v1::InspectionEvent& event, ViewRows rows);

// Of the header's school: whoever reports a case gives its id, so two schools may have the same one.
absl::StatusOr<v1::GetViolationAnswer> GetViolation(const QueryRows& rows,
                                                    const v1::GetViolationRequest& request);
// Of the header's school where it names one; the server gathers otherwise.
absl::StatusOr<v1::ListViolationsAnswer> ListViolations(const QueryRows& rows,
                                                        const v1::ListViolationsRequest& request);

}  // namespace afterbell::inspection

#endif  // AFTERBELL_SERVICES_INSPECTION_PROJECTION_VIOLATIONS_H_
