#include "services/billing/billing.h"

#include "services/billing/domain/charge.h"
#include "services/billing/domain/commands.h"
#include "services/billing/domain/fund.h"
#include "services/billing/domain/notice.h"
#include "services/billing/domain/payment.h"
#include "services/billing/domain/reactions.h"
#include "services/billing/domain/tables.h"
#include "services/billing/domain/waiver.h"
#include "services/billing/intake/attendance.h"
#include "services/billing/intake/enrollment.h"
#include "services/billing/projection/charges.h"
#include "services/billing/projection/notices.h"
#include "services/billing/projection/payments.h"
#include "services/billing/projection/tables.h"

namespace afterbell::billing {

using v1::BillingCommand;
using v1::BillingEvent;

TableList BillingService::tables() const {
  TableList tables = DomainTables();
  const TableList views = ViewTables();
  tables.insert(tables.end(), views.begin(), views.end());
  return tables;
}

const std::vector<CommandInfo>& BillingService::commands() const { return Commands(); }

Decision<BillingEvent> BillingService::DecideCommand(const Situation& s,
                                                     const BillingCommand& command) const {
  switch (command.command_case()) {
    case BillingCommand::kPostFeeNotice:
      return DecidePostFeeNotice(s, command.post_fee_notice());
    case BillingCommand::kWithdrawFeeNotice:
      return DecideWithdrawFeeNotice(s, command.withdraw_fee_notice());
    case BillingCommand::kAssessCharge:
      return DecideAssessCharge(s, command.assess_charge());
    case BillingCommand::kIssueCharge:
      return DecideIssueCharge(s, command.issue_charge());
    case BillingCommand::kRecordPayment:
      return DecideRecordPayment(s, command.record_payment());
    case BillingCommand::kGrantWaiver:
      return DecideGrantWaiver(s, command.grant_waiver());
    case BillingCommand::COMMAND_NOT_SET:
      break;
  }
  return InvalidField("command", "", "a command of billing");
}

void BillingService::EvolveEvent(const Recorded& own, const BillingEvent& event, StateRows rows) const {
  switch (event.event_case()) {
    case BillingEvent::kChargeAssessed:
      EvolveChargeAssessed(own, event.charge_assessed(), rows);
      break;
    case BillingEvent::kChargeIssued:
      EvolveChargeIssued(own, event.charge_issued(), rows);
      break;
    case BillingEvent::kPaymentReceived:
      EvolvePaymentReceived(own, event.payment_received(), rows);
      break;
    case BillingEvent::kWaiverGranted:
      EvolveWaiverGranted(own, event.waiver_granted(), rows);
      break;
    case BillingEvent::kFeeNoticePosted:
      EvolveFeeNoticePosted(own, event.fee_notice_posted(), rows);
      break;
    case BillingEvent::kFeeNoticeWithdrawn:
      EvolveFeeNoticeWithdrawn(own, event.fee_notice_withdrawn(), rows);
      break;
    case BillingEvent::EVENT_NOT_SET:
      break;
  }
  Ledger::Post(own, event, rows);
}

void BillingService::ProjectEvent(const Recorded& own, const BillingEvent& event, ViewRows rows) const {
  ProjectCharges(own, event, rows);
  ProjectNotices(own, event, rows);
  ProjectPayments(own, event, rows);
}

void BillingService::Fold(const Recorded& foreign, IntakeRows rows) const {
  if (foreign.service == "enrollment") {
    FoldEnrollment(foreign, rows);
  } else if (foreign.service == "attendance") {
    FoldAttendance(foreign, rows);
  }
}

bool BillingService::Folds(std::string_view service, int event) const {
  if (service == "enrollment") return FoldsEnrollment(event);
  return service == "attendance" && FoldsAttendance(event);
}

bool BillingService::Hears(std::string_view service, bool commons, int event) const {
  return !commons && billing::Hears(service, event);
}

std::vector<BillingCommand> BillingService::ReactTo(const Situation& s, const Recorded& cause) const {
  return billing::ReactTo(s, cause);
}

std::vector<BillingCommand> BillingService::ReachDeadline(const Situation& s, std::string_view name,
                                                          std::string_view entity, Micros) const {
  return billing::ReachDeadline(s, name, entity);
}

}  // namespace afterbell::billing
