#include "tools/afterbell/client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cctype>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace afterbell {
namespace {

struct UnderWay {
  grpc::ClientContext context;
  grpc::ByteBuffer answer;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  std::function<void(CallResult)> done;
};

CallResult ResultOf(const UnderWay& call) {
  CallResult result;
  result.code = call.status.error_code();
  result.message = call.status.error_message();
  if (call.status.ok()) {
    std::vector<grpc::Slice> slices;
    call.answer.Dump(&slices).ok();
    for (const grpc::Slice& slice : slices) {
      result.body.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return result;
  }
  google::rpc::Status rich;
  if (rich.ParseFromString(call.status.error_details())) {
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

}  // namespace

struct Client::State {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::GenericStub> stub;
  grpc::CompletionQueue queue;
  size_t under_way = 0;
};

Client::Client(const std::string& address) : state_(std::make_unique<State>()) {
  state_->channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  state_->stub = std::make_unique<grpc::GenericStub>(state_->channel);
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
  auto* call = new UnderWay;
  call->done = std::move(done);
  call->context.set_deadline(std::chrono::system_clock::now() + at_most);
  call->context.AddMetadata(kActorMetadata, ToActor(caller));
  const grpc::Slice slice(request);
  const grpc::ByteBuffer bytes(&slice, 1);
  call->reader = state_->stub->PrepareUnaryCall(&call->context, method, bytes, &state_->queue);
  call->reader->StartCall();
  call->reader->Finish(&call->answer, &call->status, call);
  ++state_->under_way;
}

void Client::WaitBelow(size_t outstanding) {
  while (state_->under_way >= outstanding && state_->under_way > 0) {
    void* tag;
    bool ok;
    if (!state_->queue.Next(&tag, &ok)) return;
    const std::unique_ptr<UnderWay> call(static_cast<UnderWay*>(tag));
    --state_->under_way;
    call->done(ResultOf(*call));
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
