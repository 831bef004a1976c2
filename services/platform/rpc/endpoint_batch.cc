// Many commands in one call, of which some may be another instance's to decide.
#include <atomic>
#include <map>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"

namespace afterbell {

using log::v1::Commit;

// A batch under way. Items that other instances are to decide are sent on when all the others are
// answered, those of one partition together and in their order.
class Endpoint::Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(const Endpoint& endpoint, Caller caller, std::vector<Asked> items,
        std::vector<log::v1::BatchAnswer*> answers, grpc::ServerUnaryReactor* reactor)
      : endpoint_(endpoint),
        caller_(std::move(caller)),
        items_(std::move(items)),
        answers_(std::move(answers)),
        reactor_(reactor),
        left_(items_.size()) {}

  void Begin(SteadyTime deadline, uint64_t claim_index) {
    for (size_t i = 0; i < items_.size(); ++i) {
      const Asked& item = items_[i];
      answers_[i]->set_request_id(item.header->request_id());
      auto call = endpoint_.CallOf(caller_, item);
      const auto position = PositionOf(item.header->position(), "header.position");
      if (!call.ok() || !position.ok()) {
        Fail(i, call.ok() ? position.status() : call.status());
        OneLess();
        continue;
      }
      call->deadline = deadline;
      call->claim_index = claim_index;
      call->done = [self = shared_from_this(), i](const absl::Status& status, const Commit* commit) {
        self->Answer(i, status, commit);
        self->OneLess();
      };
      call->moved = [self = shared_from_this(), i](CommandCall moved, const Owner& owner) {
        self->Keep(i, std::move(moved), owner);
        self->OneLess();
      };
      endpoint_.runtime_->SubmitAfter(IdOf(i), *position, *std::move(call));
    }
  }

 private:
  struct Elsewhere {
    Owner owner;
    std::vector<size_t> items;       // In order,
    std::vector<CommandCall> calls;  // and their calls.
  };

  PartitionId IdOf(size_t i) const {
    return endpoint_.runtime_->PartitionOf(endpoint_.service_->name(), items_[i].header->school_id());
  }

  void Fail(size_t i, const absl::Status& status) {
    answers_[i]->set_status_code(static_cast<int>(status.code()));
    answers_[i]->set_status_message(std::string(status.message()));
  }

  void Answer(size_t i, const absl::Status& status, const Commit* commit) {
    if (!status.ok()) return Fail(i, status);
    log::v1::BatchAnswer* answer = answers_[i];
    if (commit->has_refusal() && commit->events().empty()) {
      answer->set_status_code(grpc::StatusCode::FAILED_PRECONDITION);
      answer->set_status_message(Sentence(commit->refusal()));
      *answer->mutable_refusal() = commit->refusal();
    } else {
      FillAnswer(*endpoint_.runtime_, *commit, IdOf(i), answer->mutable_answer());
    }
  }

  void Keep(size_t i, CommandCall call, const Owner& owner) {
    std::lock_guard<std::mutex> lock(mutex_);
    Elsewhere& elsewhere = elsewhere_[absl::StrCat(ToString(IdOf(i)), " ", owner.claim_index)];
    elsewhere.owner = owner;
    elsewhere.items.push_back(i);
    elsewhere.calls.push_back(std::move(call));
  }

  void OneLess() {
    if (left_.fetch_sub(1) != 1) return;
    std::map<std::string, Elsewhere> elsewhere;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      elsewhere.swap(elsewhere_);
    }
    if (elsewhere.empty()) return reactor_->Finish(grpc::Status::OK);
    size_t sent = 0;
    for (const auto& [key, each] : elsewhere) sent += each.items.size();
    left_ = sent;
    for (auto& [key, each] : elsewhere) SendOn(std::make_shared<Elsewhere>(std::move(each)));
  }

  void SendOn(const std::shared_ptr<Elsewhere>& there) {
    log::v1::BatchBytes request;
    for (const size_t i : there->items) request.add_items(items_[i].request->SerializeAsString());
    const Forwarded forwarded{
        IdOf(there->items.front()),  there->owner.address,     endpoint_.MethodOf("ExecuteBatch"), caller_,
        request.SerializeAsString(), there->owner.claim_index, there->calls.front().deadline};
    endpoint_.forwarder_->Send(
        forwarded, [self = shared_from_this(), there](const grpc::Status& status, const std::string& bytes) {
          self->TakeFrom(there.get(), status, bytes);
        });
  }

  void TakeFrom(Elsewhere* there, const grpc::Status& status, const std::string& bytes) {
    log::v1::BatchAnswers answers;
    const bool whole = status.ok() && answers.ParseFromString(bytes) &&
                       answers.answers_size() == static_cast<int>(there->items.size());
    for (size_t k = 0; k < there->items.size(); ++k) {
      log::v1::BatchAnswer given;
      if (whole) {
        given = answers.answers(static_cast<int>(k));
      } else {
        given.set_status_code(status.ok() ? grpc::StatusCode::INTERNAL : status.error_code());
        given.set_status_message(status.ok() ? "the owner's answer is not one" : status.error_message());
      }
      if (given.status_code() == grpc::StatusCode::UNAVAILABLE) {
        WaitForNewer(there->calls[k], there->owner, given.status_message());
        endpoint_.runtime_->Submit(IdOf(there->items[k]), std::move(there->calls[k]));
        continue;
      }
      given.set_request_id(items_[there->items[k]].header->request_id());
      *answers_[there->items[k]] = std::move(given);
      OneLess();
    }
  }

  const Endpoint& endpoint_;
  const Caller caller_;
  const std::vector<Asked> items_;
  const std::vector<log::v1::BatchAnswer*> answers_;
  grpc::ServerUnaryReactor* const reactor_;
  std::atomic<size_t> left_;
  std::mutex mutex_;
  std::map<std::string, Elsewhere> elsewhere_;  // Guarded by mutex_.
};

grpc::ServerUnaryReactor* Endpoint::ExecuteBatch(grpc::CallbackServerContext* context,
                                                 std::vector<Asked> items,
                                                 std::function<log::v1::BatchAnswer*()> add_answer) const {
  const auto caller = CallerOf(*context);
  if (!caller.ok()) return Finished(context, ToGrpc(caller.status(), service_->name()));
  if (const uint64_t most = runtime_->limits().batch_items_max(); items.size() > most) {
    return Finished(context,
                    ToGrpc(absl::ResourceExhaustedError(absl::StrCat("batch_items_max: ", items.size(),
                                                                     " commands, ", most, " are allowed")),
                           service_->name()));
  }
  if (items.empty()) return Finished(context, grpc::Status::OK);
  // All places first: answers come in any order and stand in that of the items.
  std::vector<log::v1::BatchAnswer*> answers;
  for (size_t i = 0; i < items.size(); ++i) answers.push_back(add_answer());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  std::make_shared<Batch>(*this, *caller, std::move(items), std::move(answers), reactor)
      ->Begin(DeadlineOf(*context), ClaimOf(*context));
  return reactor;
}

}  // namespace afterbell
