#include "tests/bench/echo.h"

#include <grpcpp/grpcpp.h>

#include "afterbell/attendance/v1/attendance_service.grpc.pb.h"

namespace afterbell::bench {
namespace {

constexpr int kPositionBytes = 140;  // Of a token that names a partition and what it had seen.

void Fill(const google::protobuf::Message& command, log::v1::CommandAnswer* answer) {
  answer->mutable_record()->set_log_id("0123456789abcdef0123456789abcdef");
  answer->mutable_record()->set_service("attendance");
  answer->mutable_record()->set_partition(1);
  answer->mutable_record()->set_index(1000000);
  answer->set_outcome(log::v1::DECIDED);
  command.SerializeToString(answer->add_events());
  answer->set_position(std::string(kPositionBytes, 'p'));
  answer->mutable_record_time()->set_seconds(1800000000);
}

class Echo final : public attendance::v1::AttendanceService::CallbackService {
 public:
  grpc::ServerUnaryReactor* CheckInPupil(grpc::CallbackServerContext* context,
                                         const attendance::v1::CheckInPupilRequest* request,
                                         log::v1::CommandAnswer* answer) override {
    Fill(request->command(), answer);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* ExecuteBatch(grpc::CallbackServerContext* context,
                                         const attendance::v1::ExecuteBatchRequest* request,
                                         attendance::v1::ExecuteBatchAnswer* answer) override {
    for (const attendance::v1::BatchItem& item : request->items()) {
      log::v1::BatchAnswer* one = answer->add_answers();
      one->set_request_id(item.header().request_id());
      Fill(item.command(), one->mutable_answer());
    }
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

std::unique_ptr<grpc::Service> MakeEcho() { return std::make_unique<Echo>(); }

}  // namespace afterbell::bench
