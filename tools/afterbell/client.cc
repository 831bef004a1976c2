#include "tools/afterbell/client.h"

#include <grpcpp/alarm.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cctype>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace afterbell {
namespace {

// Between two times that all instances of a service were asked in vain.
constexpr std::chrono::milliseconds kAskAgainAfter(20);

CallResult ResultOf(const grpc::Status& status, const grpc::ByteBuffer& answer) {
  CallResult result;
  result.code = status.error_code();
  result.message = status.error_message();
  if (status.ok()) {
    std::vector<grpc::Slice> slices;
    answer.Dump(&slices).ok();
    for (const grpc::Slice& slice : slices) {
      result.body.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return result;
  }
  google::rpc::Status rich;
  if (rich.ParseFromString(status.error_details())) {
    for (const auto& detail : rich.details()) {
      google::rpc::ErrorInfo info;
      if (!detail.UnpackTo(&info)) continue;
      result.reason = info.reason();
      const auto rule = info.metadata().find("rule");
      if (rule != info.metadata().end()) result.rule = rule->second;
    }
  }
  return result;
}

// "attendance" of "/afterbell.attendance.v1.AttendanceService/CheckInPupil".
std::string ServiceOf(const std::string& method) {
  const size_t begin = method.find('.') + 1;
  return method.substr(begin, method.find('.', begin) - begin);
}

}  // namespace

struct Client::UnderWay {
  std::string method, actor;
  grpc::ByteBuffer request;
  std::chrono::seconds at_most;
  std::chrono::steady_clock::time_point give_up_at;
  std::function<void(CallResult)> done;
  size_t asked = 0;      // How many instances.
  bool resting = false;  // Until the alarm.
  grpc::Alarm alarm;
  // Of the one that is being asked.
  std::unique_ptr<grpc::ClientContext> context;
  grpc::ByteBuffer answer;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

struct Client::State {
  std::map<std::string, std::vector<std::unique_ptr<grpc::GenericStub>>> stubs;
  std::chrono::seconds patience;
  grpc::CompletionQueue queue;
  size_t under_way = 0;
  size_t next = 0;  // Who is asked first, so that all are.

  const std::vector<std::unique_ptr<grpc::GenericStub>>& Of(const std::string& method) const {
    const auto own = stubs.find(ServiceOf(method));
    return own != stubs.end() ? own->second : stubs.at("");
  }
};

Client::Client(const Instances& instances, std::chrono::seconds patience)
    : state_(std::make_unique<State>()) {
  state_->patience = patience;
  grpc::ChannelArguments arguments;
  // An address that comes back is tried again soon.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  for (const auto& [service, addresses] : instances) {
    for (const std::string& address : addresses) {
      state_->stubs[service].push_back(std::make_unique<grpc::GenericStub>(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
  }
}

Client::~Client() {
  state_->queue.Shutdown();
  void* tag;
  bool ok;
  while (state_->queue.Next(&tag, &ok)) delete static_cast<UnderWay*>(tag);
}

size_t Client::under_way() const { return state_->under_way; }

void Client::Start(const std::string& method, const Caller& caller, const std::string& request,
                   std::function<void(CallResult)> done, std::chrono::seconds at_most) {
  auto call = std::make_unique<UnderWay>();
  call->method = method;
  call->actor = ToActor(caller);
  const grpc::Slice slice(request);
  call->request = grpc::ByteBuffer(&slice, 1);
  call->at_most = at_most;
  call->give_up_at = std::chrono::steady_clock::now() + state_->patience;
  call->done = std::move(done);
  call->asked = state_->next++;
  ++state_->under_way;
  Ask(std::move(call));
}

void Client::Ask(std::unique_ptr<UnderWay> call) {
  const auto& stubs = state_->Of(call->method);
  call->resting = false;
  call->context = std::make_unique<grpc::ClientContext>();
  call->context->set_deadline(std::chrono::system_clock::now() + call->at_most);
  call->context->AddMetadata(kActorMetadata, call->actor);
  call->answer.Clear();
  call->reader = stubs[call->asked % stubs.size()]->PrepareUnaryCall(call->context.get(), call->method,
                                                                     call->request, &state_->queue);
  call->reader->StartCall();
  UnderWay* const tag = call.release();  // The queue's, until it is done.
  tag->reader->Finish(&tag->answer, &tag->status, tag);
}

void Client::WaitBelow(size_t outstanding) {
  while (state_->under_way >= outstanding && state_->under_way > 0) {
    void* tag;
    bool ok;
    if (!state_->queue.Next(&tag, &ok)) return;
    std::unique_ptr<UnderWay> call(static_cast<UnderWay*>(tag));
    if (call->resting) {
      Ask(std::move(call));
      continue;
    }
    const auto code = call->status.error_code();
    const bool silent = code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED;
    if (silent && std::chrono::steady_clock::now() < call->give_up_at) {
      ++call->asked;
      call->resting = true;
      UnderWay* const waits = call.release();
      waits->alarm.Set(&state_->queue, std::chrono::system_clock::now() + kAskAgainAfter, waits);
      continue;
    }
    --state_->under_way;
    call->done(ResultOf(call->status, call->answer));
  }
}

CallResult Client::Call(const std::string& method, const Caller& caller, const std::string& request) {
  CallResult result;
  Start(method, caller, request, [&](CallResult done) { result = std::move(done); });
  WaitAll();
  return result;
}

std::string MethodOf(std::string_view service, std::string_view command) {
  const auto camel = [](std::string_view snake) {
    std::string text;
    bool up = true;
    for (const char c : snake) {
      if (c == '_') {
        up = true;
      } else {
        text += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        up = false;
      }
    }
    return text;
  };
  return "/afterbell." + std::string(service) + ".v1." + camel(service) + "Service/" + camel(command);
}

std::string FieldBytes(int number, std::string_view body) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  constexpr int kLengthDelimited = 2;
  out.WriteTag(static_cast<uint32_t>(number << 3 | kLengthDelimited));
  out.WriteVarint32(static_cast<uint32_t>(body.size()));
  out.WriteRaw(body.data(), static_cast<int>(body.size()));
  out.Trim();
  return bytes;
}

std::string RequestOf(const log::v1::CommandHeader& header, std::string_view command) {
  return FieldBytes(1, header.SerializeAsString()) + FieldBytes(2, command);
}

}  // namespace afterbell
