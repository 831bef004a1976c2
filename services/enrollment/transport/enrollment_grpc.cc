#include "services/enrollment/transport/enrollment_grpc.h"

#include "afterbell/enrollment/v1/enrollment_service.grpc.pb.h"
#include "services/enrollment/enrollment.h"
#include "services/enrollment/projection/applications.h"
#include "services/enrollment/projection/enrollments.h"
#include "services/enrollment/projection/history.h"
#include "services/enrollment/projection/statuses.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"

namespace afterbell::enrollment {
namespace {

namespace here = ::afterbell::enrollment;
using Command = v1::EnrollmentCommand;

class EnrollmentGrpc final : public v1::EnrollmentService::CallbackService {
 public:
  EnrollmentGrpc(Runtime* runtime, const ::afterbell::Service* service) : endpoint_(runtime, service) {}

  AFTERBELL_COMMAND(StartApplication, start_application)
  AFTERBELL_COMMAND(SubmitApplication, submit_application)
  AFTERBELL_COMMAND(ReviewAtClass, review_at_class)
  AFTERBELL_COMMAND(ReviewAtSchool, review_at_school)
  AFTERBELL_COMMAND(ApproveApplication, approve_application)
  AFTERBELL_COMMAND(RedirectChoice, redirect_choice)
  AFTERBELL_COMMAND(PostApprovedList, post_approved_list)
  AFTERBELL_COMMAND(ReportParticipants, report_participants)
  AFTERBELL_COMMAND(DeclineApplication, decline_application)
  AFTERBELL_COMMAND(DraftAgreement, draft_agreement)
  AFTERBELL_COMMAND(SignAgreement, sign_agreement)
  AFTERBELL_COMMAND(EnrollPupil, enroll_pupil)
  AFTERBELL_COMMAND(PlacePupil, place_pupil)
  AFTERBELL_COMMAND(WithdrawEnrollment, withdraw_enrollment)
  AFTERBELL_COMMAND(ClaimSpecialStatus, claim_special_status)
  AFTERBELL_COMMAND(VerifySpecialStatus, verify_special_status)
  AFTERBELL_COMMAND(FormCareGroup, form_care_group)
  AFTERBELL_COMMAND(DesignProject, design_project)
  AFTERBELL_COMMAND(OfferProject, offer_project)
  AFTERBELL_COMMAND(OpenProject, open_project)

  AFTERBELL_QUERY(GetApplication)
  AFTERBELL_QUERY(ListPupilApplications)
  AFTERBELL_QUERY(ListApplicationsToReview)
  AFTERBELL_QUERY(GetAgreement)
  AFTERBELL_QUERY(GetEnrollment)
  AFTERBELL_QUERY(ListCareGroups)
  AFTERBELL_QUERY(ListGroupPupils)
  AFTERBELL_QUERY(ListPupilStatuses)
  AFTERBELL_QUERY(GetPupilTermHistory)

 private:
  const Endpoint endpoint_;
};

}  // namespace

Hosted HostEnrollment() {
  static const EnrollmentService kService;
  return {&kService, [](Runtime* runtime, const Service* service) {
            return std::unique_ptr<grpc::Service>(std::make_unique<EnrollmentGrpc>(runtime, service));
          }};
}

}  // namespace afterbell::enrollment
