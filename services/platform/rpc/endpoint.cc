#include "services/platform/rpc/endpoint.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/platform/base/ids.h"
#include "services/platform/rpc/shape.h"
#include "services/platform/rpc/status.h"
#include "services/platform/rpc/tenant.h"

namespace afterbell {
namespace {

using log::v1::CommandAnswer;
using log::v1::CommandHeader;
using log::v1::Commit;

constexpr size_t kUuidLength = 36;
constexpr size_t kDigestBytes = 16;

bool IsUuid(std::string_view text) {
  if (text.size() != kUuidLength) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
      return false;
  }
  return true;
}

}  // namespace

CommandBytes BytesOf(google::protobuf::Message* command) {
  CommandBytes bytes{command->SerializeAsString(), ""};
  command->DiscardUnknownFields();
  bytes.known = command->ByteSizeLong() == bytes.came.size() ? bytes.came : command->SerializeAsString();
  return bytes;
}

grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

absl::StatusOr<Caller> CallerOf(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto actor = metadata.find(kActorMetadata);
  if (actor == metadata.end()) return ParseCaller("");
  return ParseCaller(std::string_view(actor->second.data(), actor->second.size()));
}

void WaitForNewer(CommandCall& call, const Owner& owner, const std::string& why) {
  call.claim_index = owner.claim_index;
  call.elsewhere = absl::StrCat(owner.address, ": ", why);
}

uint64_t ClaimOf(const grpc::CallbackServerContext& context) {
  const auto claim = context.client_metadata().find(kClaimMetadata);
  if (claim == context.client_metadata().end()) return 0;
  return std::strtoull(std::string(claim->second.data(), claim->second.size()).c_str(), nullptr, 10);
}

SteadyTime DeadlineOf(const grpc::CallbackServerContext& context) {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  // A caller without a deadline has one all the same: nothing waits for ever.
  constexpr std::chrono::seconds kAtMost(60);
  return std::chrono::steady_clock::now() + std::min<std::chrono::nanoseconds>(left, kAtMost);
}

absl::StatusOr<CommandCall> HeadOf(const Caller& caller, const CommandHeader& header,
                                   const std::string& log_id, std::string_view asked) {
  if (!IsUuid(header.request_id())) return InvalidField("header.request_id", header.request_id(), "a UUID");
  if (!header.school_id().empty() && !IsId(header.school_id()))
    return InvalidField("header.school_id", header.school_id(), "an id");
  CommandCall call;
  Commit& head = call.head;
  head.set_district_id(caller.district_id);
  head.set_school_id(header.school_id());
  head.mutable_actor()->set_role(caller.role);
  head.mutable_actor()->set_person_id(caller.person_id);
  head.set_request_id(header.request_id());
  if (header.has_occurred_at()) *head.mutable_occurred_at() = header.occurred_at();
  if (header.has_capture()) *head.mutable_capture() = header.capture();
  std::string digested = log_id + '\0' + header.school_id() + '\0' +
                         header.occurred_at().SerializeAsString() + '\0' +
                         header.capture().SerializeAsString() + '\0';
  digested += asked;
  head.set_request_digest(Sha256(digested).substr(0, kDigestBytes));
  return call;
}

void FillAnswer(const Runtime& runtime, const Commit& commit, const PartitionId& id, CommandAnswer* answer) {
  FillAnswer(commit, id, runtime.LogIdOf(id, commit.index()), runtime.incarnation(), answer);
}

void FillAnswer(const Commit& commit, const PartitionId& id, const std::string& log_id,
                const std::string& incarnation, CommandAnswer* answer) {
  log::v1::RecordId* record = answer->mutable_record();
  record->set_log_id(log_id);
  record->set_service(id.service);
  record->set_partition(id.number);
  record->set_index(commit.index());
  answer->set_outcome(commit.events().empty() ? log::v1::QUIET : log::v1::DECIDED);
  *answer->mutable_events() = commit.events();
  *answer->mutable_record_time() = commit.recorded_at();
  log::v1::Position position;
  position.set_log_id(incarnation);
  log::v1::Seen* own = position.add_at();
  own->set_service(id.service);
  own->set_partition(id.number);
  own->set_index(commit.index());
  for (const log::v1::Seen& seen : commit.seen()) *position.add_at() = seen;
  answer->set_position(TokenOf(position));
}

Endpoint::Endpoint(Runtime* runtime, const Service* service) : runtime_(runtime), service_(service) {
  runtime->OnClaim([forwarder = std::weak_ptr(forwarder_)](const PartitionId& id, const Owner& owner) {
    if (const auto alive = forwarder.lock()) alive->Replaced(id, owner.claim_index);
  });
}

std::string Endpoint::MethodOf(std::string_view rpc) const {
  std::string service(service_->name());
  service[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(service[0])));
  return absl::StrCat("/afterbell.", std::string(service_->name()), ".v1.", service, "Service/",
                      std::string(rpc));
}

absl::StatusOr<CommandCall> Endpoint::CallOf(const Caller& caller, const Asked& asked) const {
  const CommandInfo* info = nullptr;
  for (const CommandInfo& each : service_->commands()) {
    if (each.name == asked.name) info = &each;
  }
  const auto allowed = [&](std::string_view role) { return role == caller.role; };
  if (info == nullptr || std::none_of(info->roles.begin(), info->roles.end(), allowed)) {
    return absl::PermissionDeniedError(
        absl::StrCat("role '", caller.role, "' may not ask for '", std::string(asked.name), "'"));
  }
  const CommandHeader& header = *asked.header;
  AFTERBELL_ASSIGN_OR_RETURN(CommandCall call,
                             HeadOf(caller, header, runtime_->log_id(), asked.command.came));
  if (info->where == Where::kSchool && header.school_id().empty()) {
    return InvalidField("header.school_id", "", "given: this command is a school's matter");
  }
  if (info->where == Where::kCommons && !header.school_id().empty()) {
    return InvalidField("header.school_id", header.school_id(),
                        "empty: this command is a matter of the commons");
  }
  AFTERBELL_RETURN_IF_ERROR(CheckShape(*asked.fields, "command"));
  call.head.set_command(asked.command.known);
  return call;
}

grpc::ServerUnaryReactor* Endpoint::Execute(grpc::CallbackServerContext* context, Asked asked,
                                            CommandAnswer* answer) const {
  const auto caller = CallerOf(*context);
  if (!caller.ok()) return Finished(context, ToGrpc(caller.status(), service_->name()));
  auto call = CallOf(*caller, asked);
  if (!call.ok()) return Finished(context, ToGrpc(call.status(), service_->name()));
  const auto position = PositionOf(asked.header->position(), "header.position");
  if (!position.ok()) return Finished(context, ToGrpc(position.status(), service_->name()));
  call->deadline = DeadlineOf(*context);
  call->claim_index = ClaimOf(*context);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const PartitionId id = runtime_->PartitionOf(service_->name(), asked.header->school_id());
  call->done = [this, id, answer, reactor](const absl::Status& status, const Commit* commit) {
    if (!status.ok()) return reactor->Finish(ToGrpc(status, service_->name()));
    if (commit->has_refusal() && commit->events().empty())
      return reactor->Finish(ToGrpc(commit->refusal(), service_->name()));
    FillAnswer(*runtime_, *commit, id, answer);
    reactor->Finish(grpc::Status::OK);
  };
  call->moved = [this, id, caller = *caller, method = MethodOf(asked.rpc), request = asked.request, answer,
                 reactor](CommandCall moved, const Owner& owner) {
    const Forwarded forwarded{
        id, owner.address, method, caller, request->SerializeAsString(), owner.claim_index, moved.deadline};
    const auto held = std::make_shared<CommandCall>(std::move(moved));
    forwarder_->Send(forwarded, [this, id, owner, held, answer, reactor](const grpc::Status& status,
                                                                         const std::string& bytes) {
      if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
        WaitForNewer(*held, owner, status.error_message());
        return runtime_->Submit(id, std::move(*held));
      }
      answer->ParseFromString(bytes);
      reactor->Finish(status);
    });
  };
  runtime_->SubmitAfter(id, *position, *std::move(call));
  return reactor;
}

namespace {

// The part of a position that lies with one partition number, or in the commons.
log::v1::Position PartOf(const log::v1::Position& position, uint32_t number) {
  log::v1::Position part;
  for (const log::v1::Seen& at : position.at()) {
    if (at.partition() == 0 || at.partition() == number) *part.add_at() = at;
  }
  if (!part.at().empty()) part.set_log_id(position.log_id());
  return part;
}

// How many partitions of a gathered query are asked at once.
constexpr uint32_t kGatheredAtOnce = 32;

// A query of many partitions, asked side by side and put together in the order of their numbers, the commons
// first, up to the first whose page is full. A page token is the number of the partition it stands in and
// that partition's own token: "3.abc". The position is what all of them rest on.
class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  struct Query {
    std::string service;
    Caller caller;
    std::string district_id;
    log::v1::Position position;
    SteadyTime deadline;
    log::v1::QueryHeader header;
    Endpoint::Ask ask;
  };
  using Finish = std::function<void(const absl::Status&)>;

  Gathering(Runtime* runtime, Query query, log::v1::QueryAnswer* page, Finish finish)
      : runtime_(runtime), query_(std::move(query)), page_(page), finish_(std::move(finish)) {}

  void Begin() {
    const std::string token = query_.header.page_token();
    const size_t dot = token.find('.');
    if (!token.empty()) {
      if (dot == std::string::npos || dot > 6)
        return finish_(InvalidField("header.page_token", token, "a token of this query"));
      first_ = static_cast<uint32_t>(std::atoi(token.substr(0, dot).c_str()));
      query_.header.set_page_token(token.substr(dot + 1));
    }
    AskNext();
  }

 private:
  // What one partition found.
  struct Part {
    absl::Status status;
    Endpoint::Add add;
    std::string next_page_token;
    log::v1::Position position;
  };

  void AskNext() {
    if (first_ > runtime_->school_partitions()) return Done();
    const uint32_t asked = std::min(kGatheredAtOnce, runtime_->school_partitions() - first_ + 1);
    parts_ = std::vector<Part>(asked);
    left_ = asked;
    for (uint32_t i = 0; i < asked; ++i) {
      runtime_->Query({query_.service, first_ + i}, PartOf(query_.position, first_ + i), query_.deadline,
                      [self = shared_from_this(), i](absl::StatusOr<ReadView> view) {
                        Part* const part = &self->parts_[i];
                        part->status = view.ok() ? self->Take(*view, i, part) : view.status();
                        if (--self->left_ == 0) self->PutTogether();
                      });
    }
  }

  // On the partition's turn: several of them at once.
  absl::Status Take(const ReadView& view, uint32_t place, Part* part) const {
    AFTERBELL_RETURN_IF_ERROR(CheckTenant(query_.caller, *view.rows, "", query_.district_id));
    log::v1::QueryHeader header = query_.header;
    if (place > 0) header.clear_page_token();
    log::v1::QueryAnswer page;
    AFTERBELL_ASSIGN_OR_RETURN(part->add, query_.ask(*view.rows, header, &page));
    part->next_page_token = page.next_page_token();
    part->position = view.position;
    return absl::OkStatus();
  }

  void PutTogether() {
    for (size_t i = 0; i < parts_.size(); ++i) {
      const Part& part = parts_[i];
      if (!part.status.ok()) return finish_(part.status);
      part.add();
      for (const log::v1::Seen& at : part.position.at()) {
        uint64_t& index = rests_on_[{at.service(), at.partition()}];
        index = std::max(index, at.index());
      }
      if (part.next_page_token.empty()) continue;
      page_->set_next_page_token(absl::StrCat(first_ + i, ".", part.next_page_token));
      return Done();
    }
    first_ += static_cast<uint32_t>(parts_.size());
    query_.header.clear_page_token();
    AskNext();
  }

  void Done() {
    log::v1::Position position;
    position.set_log_id(runtime_->incarnation());
    for (const auto& [id, index] : rests_on_) {
      log::v1::Seen* at = position.add_at();
      at->set_service(id.service);
      at->set_partition(id.number);
      at->set_index(index);
    }
    page_->set_position(TokenOf(position));
    finish_(absl::OkStatus());
  }

  Runtime* const runtime_;
  Query query_;
  log::v1::QueryAnswer* const page_;
  const Finish finish_;
  uint32_t first_ = 0;  // Of the partitions that are asked.
  std::vector<Part> parts_;
  std::atomic<uint32_t> left_{0};
  std::map<PartitionId, uint64_t> rests_on_;
};

}  // namespace

grpc::ServerUnaryReactor* Endpoint::Query(grpc::CallbackServerContext* context,
                                          const log::v1::QueryHeader& header, bool gather,
                                          google::protobuf::Message* request, Ask ask,
                                          log::v1::QueryAnswer* page) const {
  const std::string service(service_->name());
  const auto caller = CallerOf(*context);
  if (!caller.ok()) return Finished(context, ToGrpc(caller.status(), service));
  const absl::Status tenant = BindToCaller(*caller, request);
  if (!tenant.ok()) return Finished(context, ToGrpc(tenant, service));
  const std::string district_id = TextField(*request, "district_id");
  if (!header.school_id().empty() && !IsId(header.school_id())) {
    return Finished(context, ToGrpc(InvalidField("header.school_id", header.school_id(), "an id"), service));
  }
  auto position = PositionOf(header.min_position(), "header.min_position");
  if (!position.ok()) return Finished(context, ToGrpc(position.status(), service));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto finish = [reactor, service](const absl::Status& status) {
    reactor->Finish(ToGrpc(status, service));
  };
  if (gather && header.school_id().empty()) {
    std::make_shared<Gathering>(runtime_,
                                Gathering::Query{service, *caller, district_id, *std::move(position),
                                                 DeadlineOf(*context), header, std::move(ask)},
                                page, finish)
        ->Begin();
    return reactor;
  }
  runtime_->Query(runtime_->PartitionOf(service, header.school_id()), *position, DeadlineOf(*context),
                  [finish, ask = std::move(ask), page, header, caller = *caller,
                   district_id](absl::StatusOr<ReadView> view) {
                    if (!view.ok()) return finish(view.status());
                    const absl::Status ours =
                        CheckTenant(caller, *view->rows, header.school_id(), district_id);
                    if (!ours.ok()) return finish(ours);
                    page->set_position(TokenOf(view->position));
                    const absl::StatusOr<Add> found = ask(*view->rows, header, page);
                    if (found.ok()) (*found)();
                    finish(found.status());
                  });
  return reactor;
}

}  // namespace afterbell
