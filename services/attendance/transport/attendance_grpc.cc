#include "services/attendance/transport/attendance_grpc.h"

#include "afterbell/attendance/v1/attendance_service.grpc.pb.h"
#include "services/attendance/attendance.h"
#include "services/attendance/projection/absences.h"
#include "services/attendance/projection/class_hour_list.h"
#include "services/attendance/projection/pupils.h"
#include "services/attendance/projection/ratios.h"
#include "services/attendance/projection/sessions.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"

namespace afterbell::attendance {
namespace {

namespace here = ::afterbell::attendance;
using Command = v1::AttendanceCommand;

class AttendanceGrpc final : public v1::AttendanceService::CallbackService {
 public:
  AttendanceGrpc(Runtime* runtime, const ::afterbell::Service* service) : endpoint_(runtime, service) {}

  AFTERBELL_COMMAND(PlanSession, plan_session)
  AFTERBELL_COMMAND(TakeOverGroup, take_over_group)
  AFTERBELL_COMMAND(CheckInAdult, check_in_adult)
  AFTERBELL_COMMAND(CheckOutAdult, check_out_adult)
  AFTERBELL_COMMAND(CallRoll, call_roll)
  AFTERBELL_COMMAND(CheckInPupil, check_in_pupil)
  AFTERBELL_COMMAND(RecordNonParticipant, record_non_participant)
  AFTERBELL_COMMAND(NotifyAbsence, notify_absence)
  AFTERBELL_COMMAND(BeginDismissal, begin_dismissal)
  AFTERBELL_COMMAND(ReleasePupil, release_pupil)
  AFTERBELL_COMMAND(RecordEarlyLeave, record_early_leave)
  AFTERBELL_COMMAND(CloseSession, close_session)
  AFTERBELL_COMMAND(SignCareLog, sign_care_log)

  AFTERBELL_QUERY(ListMySessions)
  AFTERBELL_QUERY(GetSessionRoll)
  AFTERBELL_QUERY(ListPupilsIn)
  AFTERBELL_QUERY(GetPupilDay)
  AFTERBELL_QUERY(GetSession)
  AFTERBELL_QUERY(ListSessions)
  AFTERBELL_QUERY(ListClassDay)
  AFTERBELL_QUERY(ListAbsences)
  AFTERBELL_QUERY(GetSchoolDay)
  AFTERBELL_GATHER(ListShortSessions)
  AFTERBELL_GATHER(GetRatioHistory)
  AFTERBELL_QUERY(ListClassHours)

  grpc::ServerUnaryReactor* ExecuteBatch(grpc::CallbackServerContext* context,
                                         const v1::ExecuteBatchRequest* request,
                                         v1::ExecuteBatchAnswer* answer) override {
    std::vector<Endpoint::Asked> items;
    for (const v1::BatchItem& item : request->items()) {
      const auto* field = item.command().GetReflection()->GetOneofFieldDescriptor(
          item.command(), Command::descriptor()->oneof_decl(0));
      if (field == nullptr) {
        grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
        reactor->Finish(ToGrpc(InvalidField("items.command", "", "given"), "attendance"));
        return reactor;
      }
      Command command = item.command();
      items.push_back({&item, "", field->name(), &item.header(),
                       &item.command().GetReflection()->GetMessage(item.command(), field),
                       BytesOf(&command)});
    }
    return endpoint_.ExecuteBatch(context, std::move(items), [answer] { return answer->add_answers(); });
  }

 private:
  const Endpoint endpoint_;
};

}  // namespace

Hosted HostAttendance() {
  static const AttendanceService kService;
  return {&kService, [](Runtime* runtime, const Service* service) {
            return std::unique_ptr<grpc::Service>(std::make_unique<AttendanceGrpc>(runtime, service));
          }};
}

}  // namespace afterbell::attendance
