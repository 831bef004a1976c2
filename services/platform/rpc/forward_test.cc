#include "services/platform/rpc/forward.h"

#include <grpcpp/generic/async_generic_service.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "gtest/gtest.h"

namespace afterbell {
namespace {

constexpr char kMethod[] = "/afterbell.attendance.v1.AttendanceService/CheckInPupil";
constexpr std::chrono::seconds kPatience(30);
const PartitionId kPartition{"attendance", 1};
const PartitionId kBeside{"attendance", 2};

// An owner somewhere else, which has calls until the test answers them or they are called back.
class Owner final : public grpc::CallbackGenericService {
 public:
  struct Call final : grpc::ServerGenericBidiReactor {
    explicit Call(grpc::GenericCallbackServerContext* context) : context(context) { StartRead(&request); }
    void OnReadDone(bool ok) override { read.set_value(ok); }
    void OnCancel() override { cancelled.set_value(); }
    void OnDone() override { done.set_value(); }

    void Answer(const std::string& answer) {
      const grpc::Slice slice(answer);
      response = grpc::ByteBuffer(&slice, 1);
      StartWriteAndFinish(&response, {}, grpc::Status::OK);
    }
    std::string Metadata(const std::string& key) const {
      const auto found = context->client_metadata().find(key);
      return found == context->client_metadata().end()
                 ? ""
                 : std::string(found->second.data(), found->second.size());
    }

    grpc::GenericCallbackServerContext* const context;
    grpc::ByteBuffer request, response;
    std::promise<bool> read;
    std::promise<void> cancelled, done;
  };

  Owner() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(this);
    server_ = builder.BuildAndStart();
  }
  ~Owner() override {
    server_->Shutdown(std::chrono::system_clock::now());
    for (const auto& call : calls_) call->done.get_future().wait();
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // The next call, when it has been read; null if none comes.
  Call* Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!came_.wait_for(lock, kPatience, [&] { return calls_.size() > taken_; })) return nullptr;
    Call* const call = calls_[taken_++].get();
    lock.unlock();
    return call->read.get_future().get() ? call : nullptr;
  }
  size_t calls() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return calls_.size();
  }

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.push_back(std::make_unique<Call>(context));
    came_.notify_all();
    return calls_.back().get();
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::unique_ptr<Call>> calls_;  // Guarded by mutex_.
  size_t taken_ = 0;
};

struct Outcome {
  grpc::Status status;
  std::string answer;
};

class ForwarderTest : public ::testing::Test {
 protected:
  std::future<Outcome> Send(uint64_t claim_index, const PartitionId& partition = kPartition) {
    Forwarded call;
    call.partition = partition;
    call.address = owner.address();
    call.method = kMethod;
    call.caller = {"principal", "p7", "d1"};
    call.request = "the request";
    call.claim_index = claim_index;
    call.deadline = std::chrono::steady_clock::now() + kPatience;
    const auto outcome = std::make_shared<std::promise<Outcome>>();
    forwarder.Send(call, [outcome](const grpc::Status& status, const std::string& answer) {
      outcome->set_value({status, answer});
    });
    return outcome->get_future();
  }

  Forwarder forwarder;
  Owner owner;
};

TEST_F(ForwarderTest, ACallComesAsItWasSentAndItsAnswerGoesBack) {
  auto sent = Send(5);
  Owner::Call* const call = owner.Next();
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->context->method(), kMethod);
  EXPECT_EQ(call->Metadata(kActorMetadata), "principal:people/p7@districts/d1");
  EXPECT_EQ(call->Metadata(kClaimMetadata), "5");
  call->Answer("the answer");
  const Outcome outcome = sent.get();
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  EXPECT_EQ(outcome.answer, "the answer");
}

TEST_F(ForwarderTest, ACallComesBackWhenWhoHasItIsReplaced) {
  auto sent = Send(5);
  Owner::Call* const call = owner.Next();
  ASSERT_NE(call, nullptr);
  forwarder.Replaced(kPartition, 6);
  const Outcome outcome = sent.get();
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(outcome.status.error_message(), "it was replaced before it answered");
  EXPECT_EQ(call->cancelled.get_future().wait_for(kPatience), std::future_status::ready);
  call->Finish(grpc::Status::CANCELLED);
}

TEST_F(ForwarderTest, AClaimThatIsNoNewerOrOfAnotherPartitionCallsNothingBack) {
  auto sent = Send(5);
  Owner::Call* const call = owner.Next();
  ASSERT_NE(call, nullptr);
  forwarder.Replaced(kPartition, 5);
  forwarder.Replaced(kBeside, 6);
  EXPECT_EQ(sent.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  call->Answer("the answer");
  EXPECT_EQ(sent.get().answer, "the answer");
}

TEST_F(ForwarderTest, WhoIsKnownToBeReplacedIsNotAsked) {
  forwarder.Replaced(kPartition, 6);
  const Outcome outcome = Send(5).get();
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  auto sent = Send(6);
  Owner::Call* const call = owner.Next();
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->Metadata(kClaimMetadata), "6");
  EXPECT_EQ(owner.calls(), 1u);
  call->Answer("");
  EXPECT_TRUE(sent.get().status.ok());
}

}  // namespace
}  // namespace afterbell
