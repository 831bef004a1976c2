#include "services/inspection/transport/inspection_grpc.h"

#include "afterbell/inspection/v1/inspection_service.grpc.pb.h"
#include "services/inspection/inspection.h"
#include "services/inspection/projection/refusals.h"
#include "services/inspection/projection/violations.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"

namespace afterbell::inspection {
namespace {

namespace here = ::afterbell::inspection;
using Command = v1::InspectionCommand;

class InspectionGrpc final : public v1::InspectionService::CallbackService {
 public:
  InspectionGrpc(Runtime* runtime, const ::afterbell::Service* service) : endpoint_(runtime, service) {}

  AFTERBELL_COMMAND(ReportViolation, report_violation)
  AFTERBELL_COMMAND(ConfirmViolation, confirm_violation)
  AFTERBELL_COMMAND(DismissViolation, dismiss_violation)

  AFTERBELL_QUERY(GetViolation)
  AFTERBELL_GATHER(ListViolations)
  AFTERBELL_GATHER(ListRefusals)

 private:
  const Endpoint endpoint_;
};

}  // namespace

Hosted HostInspection() {
  static const InspectionService kService;
  return {&kService, [](Runtime* runtime, const Service* service) {
            return std::unique_ptr<grpc::Service>(std::make_unique<InspectionGrpc>(runtime, service));
          }};
}

}  // namespace afterbell::inspection
