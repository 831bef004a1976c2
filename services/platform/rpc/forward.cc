#include "services/platform/rpc/forward.h"

#include <utility>
#include <vector>

namespace afterbell {
namespace {

struct UnderWay {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer answer;
  std::shared_ptr<grpc::GenericStub> stub;
  Forwarder::Done done;
};

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

}  // namespace

std::shared_ptr<grpc::GenericStub> Forwarder::StubOf(const std::string& address) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<grpc::GenericStub>& stub = stubs_[address];
  if (stub == nullptr) {
    grpc::ChannelArguments arguments;
    // An address that comes back is tried again soon.
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
    stub = std::make_shared<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }
  return stub;
}

void Forwarder::Send(const Forwarded& call, Done done) {
  auto* under_way = new UnderWay;
  under_way->stub = StubOf(call.address);
  under_way->done = std::move(done);
  under_way->context.set_deadline(std::chrono::system_clock::now() +
                                  std::chrono::duration_cast<std::chrono::microseconds>(
                                      call.deadline - std::chrono::steady_clock::now()));
  under_way->context.AddMetadata(kActorMetadata, ToActor(call.caller));
  under_way->context.AddMetadata(kClaimMetadata, std::to_string(call.claim_index));
  const grpc::Slice slice(call.request);
  under_way->request = grpc::ByteBuffer(&slice, 1);
  under_way->stub->UnaryCall(&under_way->context, call.method, {}, &under_way->request, &under_way->answer,
                             [under_way](grpc::Status status) {
                               const std::unique_ptr<UnderWay> ended(under_way);
                               ended->done(status, status.ok() ? BytesOf(ended->answer) : std::string());
                             });
}

}  // namespace afterbell
