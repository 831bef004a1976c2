#include "services/platform/rpc/transport/platform_grpc.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "afterbell/log/v1/history.grpc.pb.h"
#include "afterbell/log/v1/operations.grpc.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/decider/entities.h"
#include "services/platform/reference/reference.h"
#include "services/platform/rpc/endpoint.h"
#include "services/platform/rpc/status.h"
#include "services/platform/rpc/tenant.h"

namespace afterbell {
namespace {

constexpr char kPlatform[] = "platform";
constexpr int kPageSizeUnlessTold = 50;
constexpr int kPageSizeMax = 500;
// Who may look into the history of an entity: those who answer for a school, or look back on it.
constexpr std::string_view kReaders[] = {
    "principal",         "education_bureau",     "responsible_inspector",       "policy_analyst",
    "platform_operator", "school_leading_group", "education_supervision_office"};
constexpr std::string_view kOperators[] = {"platform_operator"};

template <size_t n>
absl::Status CheckRole(const Caller& caller, const std::string_view (&roles)[n], std::string_view what) {
  if (std::find(std::begin(roles), std::end(roles), caller.role) != std::end(roles)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("role '", caller.role, "' may not ask for '", std::string(what), "'"));
}

grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status, kPlatform));
  return reactor;
}

uint64_t OwnIndexOf(const log::v1::Position& position, const PartitionId& id) {
  for (const log::v1::Seen& at : position.at()) {
    if (at.service() == id.service && at.partition() == id.number) return at.index();
  }
  return 0;
}

class History final : public log::v1::HistoryService::CallbackService {
 public:
  explicit History(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* ListEntityRecords(grpc::CallbackServerContext* context,
                                              const log::v1::ListEntityRecordsRequest* request,
                                              log::v1::ListEntityRecordsAnswer* answer) override {
    auto asked = AskedOf(*context, *request);
    if (!asked.ok()) return Finished(context, asked.status());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    runtime_->Query(asked->id, asked->position, DeadlineOf(*context),
                    [this, reactor, answer, request, asked = *asked](absl::StatusOr<ReadView> view) {
                      const absl::Status status =
                          view.ok() ? List(asked, *request, *view, answer) : view.status();
                      reactor->Finish(ToGrpc(status, kPlatform));
                    });
    return reactor;
  }

 private:
  struct Asked {
    Caller caller;
    PartitionId id;
    log::v1::Position position;
    uint64_t after = 0;
    int size = 0;
  };

  absl::StatusOr<Asked> AskedOf(const grpc::CallbackServerContext& context,
                                const log::v1::ListEntityRecordsRequest& request) const {
    const log::v1::QueryHeader& header = request.header();
    Asked asked;
    AFTERBELL_ASSIGN_OR_RETURN(asked.caller, CallerOf(context));
    AFTERBELL_RETURN_IF_ERROR(CheckRole(asked.caller, kReaders, "ListEntityRecords"));
    if (!IsEntity(request.entity())) return InvalidField("entity", request.entity(), EntityKinds());
    if (header.page_size() < 0)
      return InvalidField("header.page_size", std::to_string(header.page_size()), "0 or more");
    asked.size = header.page_size() == 0 ? kPageSizeUnlessTold : std::min(header.page_size(), kPageSizeMax);
    if (const std::string& token = header.page_token(); !token.empty()) {
      char* end = nullptr;
      asked.after = std::strtoull(token.c_str(), &end, 10);
      if (*end != '\0') return InvalidField("header.page_token", token, "a token of this query");
    }
    AFTERBELL_ASSIGN_OR_RETURN(asked.position, PositionOf(header.min_position(), "header.min_position"));
    asked.id = runtime_->PartitionOf(request.service(), header.school_id());
    return asked;
  }

  absl::Status List(const Asked& asked, const log::v1::ListEntityRecordsRequest& request,
                    const ReadView& view, log::v1::ListEntityRecordsAnswer* answer) const {
    AFTERBELL_RETURN_IF_ERROR(CheckTenant(asked.caller, *view.rows, request.header().school_id(), ""));
    answer->mutable_page()->set_position(TokenOf(view.position));
    AFTERBELL_ASSIGN_OR_RETURN(
        const auto found, runtime_->RecordsOf(asked.id, view, request.entity(), asked.after, asked.size));
    for (const std::shared_ptr<const log::v1::Commit>& commit : found) {
      // What came after the view waits for the next look, so that the position says what was answered.
      if (commit->index() > OwnIndexOf(view.position, asked.id)) return absl::OkStatus();
      if (request.has_known_at() && MicrosOf(commit->recorded_at()) > MicrosOf(request.known_at()))
        return absl::OkStatus();
      // In the commons a person may have a history in several districts: each sees its own.
      if (CheckTenant(asked.caller, *view.rows, "", commit->district_id()).ok())
        Fill(*commit, asked.id, answer->add_records());
    }
    if (static_cast<int>(found.size()) == asked.size)
      answer->mutable_page()->set_next_page_token(std::to_string(found.back()->index()));
    return absl::OkStatus();
  }

  void Fill(const log::v1::Commit& commit, const PartitionId& id, log::v1::EntityRecord* record) const {
    record->mutable_record()->set_log_id(runtime_->LogIdOf(id, commit.index()));
    record->mutable_record()->set_service(id.service);
    record->mutable_record()->set_partition(id.number);
    record->mutable_record()->set_index(commit.index());
    *record->mutable_record_time() = commit.recorded_at();
    *record->mutable_occur_time() = commit.occurred_at();
    *record->mutable_actor() = commit.actor();
    if (commit.has_capture()) *record->mutable_capture() = commit.capture();
    if (commit.has_command()) record->set_command(runtime_->CommandName(id.service, commit.command()));
    if (commit.has_cause()) *record->mutable_cause() = commit.cause();
    if (commit.has_time_reached()) record->set_deadline(commit.time_reached().deadline());
    *record->mutable_events() = commit.events();
    *record->mutable_policy() = commit.policy();
  }

  Runtime* const runtime_;
};

class Operations final : public log::v1::OperationsService::CallbackService {
 public:
  explicit Operations(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerUnaryReactor* GetLevel(grpc::CallbackServerContext* context, const log::v1::GetLevelRequest*,
                                     log::v1::GetLevelAnswer* answer) override {
    answer->set_level(runtime_->level());
    answer->set_build_level(runtime_->level_max());
    return Finished(context, absl::OkStatus());
  }

  grpc::ServerUnaryReactor* RaiseLevel(grpc::CallbackServerContext* context,
                                       const log::v1::RaiseLevelRequest* request,
                                       log::v1::RaiseLevelAnswer* answer) override {
    auto call = CallOf(*context, *request);
    if (!call.ok()) return Finished(context, call.status());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    call->done = [this, answer, reactor](const absl::Status& status, const log::v1::Commit* commit) {
      if (status.ok()) FillAnswer(*runtime_, *commit, kCommons, answer->mutable_answer());
      reactor->Finish(ToGrpc(status, kPlatform));
    };
    runtime_->Submit(kCommons, *std::move(call));
    return reactor;
  }

  grpc::ServerUnaryReactor* ListPartitions(grpc::CallbackServerContext* context,
                                           const log::v1::ListPartitionsRequest*,
                                           log::v1::ListPartitionsAnswer* answer) override {
    const auto caller = CallerOf(*context);
    if (!caller.ok()) return Finished(context, caller.status());
    if (const absl::Status allowed = CheckRole(*caller, kOperators, "ListPartitions"); !allowed.ok())
      return Finished(context, allowed);
    answer->set_log_id(runtime_->incarnation());
    answer->set_instance_id(runtime_->instance_id());
    answer->set_unflushed_records(runtime_->unflushed());
    for (const auto& [id, stats] : runtime_->stats()) {
      log::v1::PartitionStatus* status = answer->add_partitions();
      status->set_service(id.service);
      status->set_partition(id.number);
      status->set_index(stats.index);
      status->set_end_offset(stats.end_offset);
      status->set_read_offset(stats.read_offset);
      status->set_claim_index(stats.newest.claim_index);
      status->set_owner_instance_id(stats.newest.instance_id);
      status->set_owner_address(stats.newest.address);
      status->set_void_records(stats.void_records);
      status->set_halted(stats.halted);
      status->set_quiet(stats.quiet);
      status->set_row_bytes(stats.row_bytes);
      status->set_rows_unwritten(stats.rows_unwritten);
      status->set_written_index(stats.written_index);
      for (const auto& [heard, end] : stats.hears) {
        log::v1::KnownEnd* known = status->add_hears();
        known->set_service(heard.service);
        known->set_partition(heard.number);
        known->set_end_offset(end);
      }
    }
    return Finished(context, absl::OkStatus());
  }

 private:
  static inline const PartitionId kCommons{"registry", 0};

  absl::StatusOr<CommandCall> CallOf(const grpc::CallbackServerContext& context,
                                     const log::v1::RaiseLevelRequest& request) const {
    AFTERBELL_ASSIGN_OR_RETURN(const Caller caller, CallerOf(context));
    AFTERBELL_RETURN_IF_ERROR(CheckRole(caller, kOperators, "RaiseLevel"));
    AFTERBELL_ASSIGN_OR_RETURN(CommandCall call, HeadOf(caller, request.header(), runtime_->log_id(),
                                                        std::to_string(request.level())));
    const uint32_t level = runtime_->level();
    if (request.level() <= level || request.level() > runtime_->level_max()) {
      return InvalidField("level", std::to_string(request.level()),
                          absl::StrCat("above ", level, ", which holds, and at most ", runtime_->level_max(),
                                       ", which this build knows"));
    }
    call.head.mutable_level_raised()->set_level(request.level());
    call.deadline = DeadlineOf(context);
    return call;
  }

  Runtime* const runtime_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> MakePlatformGrpc(Runtime* runtime) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<History>(runtime));
  services.push_back(std::make_unique<Operations>(runtime));
  return services;
}

}  // namespace afterbell
