#include "services/staffing/transport/staffing_grpc.h"

#include "afterbell/staffing/v1/staffing_service.grpc.pb.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"
#include "services/staffing/projection/clearances.h"
#include "services/staffing/projection/duties.h"
#include "services/staffing/staffing.h"

namespace afterbell::staffing {
namespace {

namespace here = ::afterbell::staffing;
using Command = v1::StaffingCommand;

class StaffingGrpc final : public v1::StaffingService::CallbackService {
 public:
  StaffingGrpc(Runtime* runtime, const ::afterbell::Service* service) : endpoint_(runtime, service) {}

  AFTERBELL_COMMAND(NominatePerson, nominate_person)
  AFTERBELL_COMMAND(ScreenPerson, screen_person)
  AFTERBELL_COMMAND(ApprovePerson, approve_person)
  AFTERBELL_COMMAND(SignPledge, sign_pledge)
  AFTERBELL_COMMAND(SignContract, sign_contract)
  AFTERBELL_COMMAND(CompleteTraining, complete_training)
  AFTERBELL_COMMAND(BarPerson, bar_person)
  AFTERBELL_COMMAND(AssignDuty, assign_duty)

  AFTERBELL_QUERY(GetClearance)
  AFTERBELL_QUERY(ListClearances)
  AFTERBELL_QUERY(ListMyDuties)
  AFTERBELL_QUERY(ListDuties)

 private:
  const Endpoint endpoint_;
};

}  // namespace

Hosted HostStaffing() {
  static const StaffingService kService;
  return {&kService, [](Runtime* runtime, const Service* service) {
            return std::unique_ptr<grpc::Service>(std::make_unique<StaffingGrpc>(runtime, service));
          }};
}

}  // namespace afterbell::staffing
