#include "services/platform/rpc/forward.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace afterbell {

struct Forwarder::UnderWay {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer answer;
  std::shared_ptr<grpc::GenericStub> stub;
  uint64_t claim_index = 0;
  Done done;
};

namespace {

grpc::Status ReplacedStatus() {
  return {grpc::StatusCode::UNAVAILABLE, "it was replaced before it answered"};
}

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
  const auto sent = std::make_shared<UnderWay>();
  sent->claim_index = call.claim_index;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (newest_[call.partition] <= call.claim_index) {
      sent->stub = StubOf(call.address);
      under_way_[call.partition].insert(sent);
    }
  }
  if (sent->stub == nullptr) return done(ReplacedStatus(), {});
  sent->done = std::move(done);
  sent->context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::duration_cast<std::chrono::microseconds>(
                                 call.deadline - std::chrono::steady_clock::now()));
  sent->context.AddMetadata(kActorMetadata, ToActor(call.caller));
  sent->context.AddMetadata(kClaimMetadata, std::to_string(call.claim_index));
  const grpc::Slice slice(call.request);
  sent->request = grpc::ByteBuffer(&slice, 1);
  sent->stub->UnaryCall(&sent->context, call.method, {}, &sent->request, &sent->answer,
                        [this, sent, partition = call.partition](const grpc::Status& status) {
                          bool replaced;
                          {
                            const std::lock_guard<std::mutex> lock(mutex_);
                            under_way_[partition].erase(sent);
                            replaced = newest_[partition] > sent->claim_index;
                          }
                          const bool called_back = replaced && status.error_code() == grpc::CANCELLED;
                          sent->done(called_back ? ReplacedStatus() : status,
                                     status.ok() ? BytesOf(sent->answer) : std::string());
                        });
}

void Forwarder::Replaced(const PartitionId& partition, uint64_t claim_index) {
  std::vector<std::shared_ptr<UnderWay>> back;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    newest_[partition] = std::max(newest_[partition], claim_index);
    for (const auto& call : under_way_[partition]) {
      if (call->claim_index < claim_index) back.push_back(call);
    }
  }
  for (const auto& call : back) call->context.TryCancel();  // Which may call back at once.
}

}  // namespace afterbell
