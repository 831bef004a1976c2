#include "services/registry/transport/registry_grpc.h"

#include "afterbell/registry/v1/registry_service.grpc.pb.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"
#include "services/registry/projection/calendar.h"
#include "services/registry/projection/fee_standards.h"
#include "services/registry/projection/instruments.h"
#include "services/registry/projection/people.h"
#include "services/registry/projection/plans.h"
#include "services/registry/projection/policies.h"
#include "services/registry/projection/projection.h"
#include "services/registry/projection/schools.h"
#include "services/registry/projection/venues.h"
#include "services/registry/registry.h"

namespace afterbell::registry {
namespace {

namespace here = ::afterbell::registry;
using Command = v1::RegistryCommand;

class RegistryGrpc final : public v1::RegistryService::CallbackService {
 public:
  RegistryGrpc(Runtime* runtime, const ::afterbell::Service* service) : endpoint_(runtime, service) {}

  AFTERBELL_COMMAND(MoveClock, move_clock)
  AFTERBELL_COMMAND(RegisterDistrict, register_district)
  AFTERBELL_COMMAND(RegisterSchool, register_school)
  AFTERBELL_COMMAND(OpenClass, open_class)
  AFTERBELL_COMMAND(RegisterPerson, register_person)
  AFTERBELL_COMMAND(RecordGuardianship, record_guardianship)
  AFTERBELL_COMMAND(AssignPost, assign_post)
  AFTERBELL_COMMAND(OpenTerm, open_term)
  AFTERBELL_COMMAND(SetServiceDays, set_service_days)
  AFTERBELL_COMMAND(RegisterVenue, register_venue)
  AFTERBELL_COMMAND(PublishInstrument, publish_instrument)
  AFTERBELL_COMMAND(AnnounceFeeStandard, announce_fee_standard)
  AFTERBELL_COMMAND(SubmitSchoolPlan, submit_school_plan)
  AFTERBELL_COMMAND(ReviewSchoolPlan, review_school_plan)
  AFTERBELL_COMMAND(FileSchoolPlan, file_school_plan)
  AFTERBELL_COMMAND(BringPlanIntoForce, bring_plan_into_force)

  AFTERBELL_QUERY(GetSchool)
  AFTERBELL_QUERY(ListSchools)
  AFTERBELL_QUERY(ResolvePolicy)
  AFTERBELL_QUERY(GetInstrument)
  AFTERBELL_QUERY(ListInstruments)
  AFTERBELL_QUERY(ListTerms)
  AFTERBELL_QUERY(ListServiceDays)
  AFTERBELL_QUERY(GetPerson)
  AFTERBELL_QUERY(ListClassPupils)
  AFTERBELL_QUERY(ListPosts)
  AFTERBELL_QUERY(ListGuardians)
  AFTERBELL_GATHER(ListMyPupils)
  AFTERBELL_QUERY(ListVenues)
  AFTERBELL_QUERY(ListFeeStandards)
  AFTERBELL_QUERY(GetSchoolPlan)
  AFTERBELL_GATHER(ListPlansToReview)

 private:
  const Endpoint endpoint_;
};

}  // namespace

Hosted HostRegistry() {
  static const RegistryService kService;
  return {&kService, [](Runtime* runtime, const Service* service) {
            return std::unique_ptr<grpc::Service>(std::make_unique<RegistryGrpc>(runtime, service));
          }};
}

}  // namespace afterbell::registry
