// The way from a gRPC call to a partition and back, the same for every service: the caller named and
// allowed, the shape checked, the command decided, the answer made from its Commit.
//
// A transport is a class of one line a call:
//
//   AFTERBELL_COMMAND(CheckInPupil, check_in_pupil)
//   AFTERBELL_QUERY(GetSessionRoll)
//
// in a file that says which service it is: `namespace here = attendance;` and `using Command = …`.
//
// Callback API: nothing here waits. Threads: any.
#ifndef AFTERBELL_SERVICES_PLATFORM_RPC_ENDPOINT_H_
#define AFTERBELL_SERVICES_PLATFORM_RPC_ENDPOINT_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "afterbell/log/v1/call.pb.h"
#include "services/platform/rpc/caller.h"
#include "services/platform/rpc/forward.h"
#include "services/platform/runtime/runtime.h"

namespace afterbell {

// The bytes of a command: as it came, and as this build knows it.
//
// Recorded is the second. A caller may know a field that an older build does not, which then decides without
// it; were it recorded all the same, a newer build that made the decision again would find another one.
struct CommandBytes {
  std::string came, known;
};
// Drops from `command` what this build does not know.
CommandBytes BytesOf(google::protobuf::Message* command);

class Endpoint {
 public:
  Endpoint(Runtime* runtime, const Service* service);

  // One command of a caller. Where another instance decides for its partition, that one answers.
  struct Asked {
    const google::protobuf::Message* request;  // As it came.
    std::string_view rpc;                      // "CheckInPupil"
    std::string_view name;                     // "check_in_pupil"
    const log::v1::CommandHeader* header;
    const google::protobuf::Message* fields;  // The command itself; its shape is checked.
    CommandBytes command;                     // Of the <Service>Command around it.
  };
  grpc::ServerUnaryReactor* Execute(grpc::CallbackServerContext* context, Asked asked,
                                    log::v1::CommandAnswer* answer) const;

  // Many commands, each a Commit of its own, decided in order within a partition; answered when all are.
  // `request` of each is its item, in ExecuteBatchRequest's field 1; `rpc` is not used.
  grpc::ServerUnaryReactor* ExecuteBatch(grpc::CallbackServerContext* context, std::vector<Asked> items,
                                         std::function<log::v1::BatchAnswer*()> add_answer) const;

  // A query of one partition. `request` is bound to its caller first (tenant.h); `ask` then finds what there
  // is in rows, perhaps in several partitions at once, and gives back what adds that to the answer.
  // `school_id` of the header says which partition; `gather` asks every school's side by side when it is
  // empty.
  using Add = std::function<void()>;
  using Ask = std::function<absl::StatusOr<Add>(const QueryRows& rows, const log::v1::QueryHeader& header,
                                                log::v1::QueryAnswer* page)>;
  grpc::ServerUnaryReactor* Query(grpc::CallbackServerContext* context, const log::v1::QueryHeader& header,
                                  bool gather, google::protobuf::Message* request, Ask ask,
                                  log::v1::QueryAnswer* page) const;

 private:
  class Batch;

  absl::StatusOr<CommandCall> CallOf(const Caller& caller, const Asked& asked) const;
  std::string MethodOf(std::string_view rpc) const;

  Runtime* runtime_;
  const Service* service_;
  const std::shared_ptr<Forwarder> forwarder_ = std::make_shared<Forwarder>();
};

// The caller of a call, from its metadata.
absl::StatusOr<Caller> CallerOf(const grpc::CallbackServerContext& context);

// The newest claim that whoever sent this call on knows of; 0 from a caller.
uint64_t ClaimOf(const grpc::CallbackServerContext& context);

// When a call is given up: its own deadline, a minute at most.
SteadyTime DeadlineOf(const grpc::CallbackServerContext& context);

// The call that a header asks for, yet without what is decided. `asked` is what else tells this request from
// another with the same id. INVALID_ARGUMENT for a request_id that is no UUID or a school_id that is no id.
absl::StatusOr<CommandCall> HeadOf(const Caller& caller, const log::v1::CommandHeader& header,
                                   const std::string& log_id, std::string_view asked);

// A call that ends at once.
grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context, const grpc::Status& status);

// For a call that its owner did not answer, dead or stopping: submitted again, it waits until somebody else
// has claimed the partition. The same request id gets the same answer, should it have been decided after all.
void WaitForNewer(CommandCall& call, const Owner& owner, const std::string& why);

// A Commit as the answer to its command.
void FillAnswer(const Runtime& runtime, const log::v1::Commit& commit, const PartitionId& id,
                log::v1::CommandAnswer* answer);
// The same by what the log went by when it was recorded, and goes by.
void FillAnswer(const log::v1::Commit& commit, const PartitionId& id, const std::string& log_id,
                const std::string& incarnation, log::v1::CommandAnswer* answer);

#define AFTERBELL_COMMAND(Rpc, field)                                                                  \
  grpc::ServerUnaryReactor* Rpc(grpc::CallbackServerContext* context, const v1::Rpc##Request* request, \
                                log::v1::CommandAnswer* answer) override {                             \
    Command command;                                                                                   \
    *command.mutable_##field() = request->command();                                                   \
    return endpoint_.Execute(                                                                          \
        context, {request, #Rpc, #field, &request->header(), &request->command(), BytesOf(&command)},  \
        answer);                                                                                       \
  }

#define AFTERBELL_QUERY_FROM(Rpc, gathers)                                                             \
  grpc::ServerUnaryReactor* Rpc(grpc::CallbackServerContext* context, const v1::Rpc##Request* request, \
                                v1::Rpc##Answer* answer) override {                                    \
    const auto asked = std::make_shared<v1::Rpc##Request>(*request);                                   \
    return endpoint_.Query(                                                                            \
        context, request->header(), gathers, asked.get(),                                              \
        [asked, answer](const QueryRows& rows, const log::v1::QueryHeader& header,                     \
                        log::v1::QueryAnswer* page) -> absl::StatusOr<Endpoint::Add> {                 \
          v1::Rpc##Request here_asked = *asked;                                                        \
          *here_asked.mutable_header() = header;                                                       \
          auto found = here::Rpc(rows, here_asked);                                                    \
          if (!found.ok()) return found.status();                                                      \
          page->set_next_page_token(found->page().next_page_token());                                  \
          found->clear_page();                                                                         \
          return Endpoint::Add([answer, part = *std::move(found)] { answer->MergeFrom(part); });       \
        },                                                                                             \
        answer->mutable_page());                                                                       \
  }
// Of one partition, and of one or, without a school, of all side by side.
#define AFTERBELL_QUERY(Rpc) AFTERBELL_QUERY_FROM(Rpc, false)
#define AFTERBELL_GATHER(Rpc) AFTERBELL_QUERY_FROM(Rpc, true)

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RPC_ENDPOINT_H_
