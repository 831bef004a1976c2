#include "services/billing/transport/billing_grpc.h"

#include "afterbell/billing/v1/billing_service.grpc.pb.h"
#include "services/billing/billing.h"
#include "services/billing/projection/charges.h"
#include "services/billing/projection/fund.h"
#include "services/billing/projection/notices.h"
#include "services/billing/projection/payments.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"

namespace afterbell::billing {
namespace {

namespace here = ::afterbell::billing;
using Command = v1::BillingCommand;

class BillingGrpc final : public v1::BillingService::CallbackService {
 public:
  BillingGrpc(Runtime* runtime, const ::afterbell::Service* service) : endpoint_(runtime, service) {}

  AFTERBELL_COMMAND(PostFeeNotice, post_fee_notice)
  AFTERBELL_COMMAND(WithdrawFeeNotice, withdraw_fee_notice)
  AFTERBELL_COMMAND(IssueCharge, issue_charge)
  AFTERBELL_COMMAND(RecordPayment, record_payment)
  AFTERBELL_COMMAND(GrantWaiver, grant_waiver)

  AFTERBELL_QUERY(GetPupilStatement)
  AFTERBELL_QUERY(ListPupilCharges)
  AFTERBELL_QUERY(ExplainCharge)
  AFTERBELL_QUERY(GetCollectionGate)
  AFTERBELL_QUERY(ListFeeNotices)
  AFTERBELL_QUERY(ListChargesToIssue)
  AFTERBELL_QUERY(ListPayments)
  AFTERBELL_QUERY(GetSchoolFund)
  AFTERBELL_GATHER(ListEarlyCollections)

 private:
  const Endpoint endpoint_;
};

}  // namespace

Hosted HostBilling() {
  static const BillingService kService;
  return {&kService, [](Runtime* runtime, const Service* service) {
            return std::unique_ptr<grpc::Service>(std::make_unique<BillingGrpc>(runtime, service));
          }};
}

}  // namespace afterbell::billing
