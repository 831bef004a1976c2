// afterbell history: who recorded what of one entity; afterbell level: as of which level deciders behave.
#include <cstdio>
#include <map>
#include <memory>

#include "afterbell/log/v1/history.pb.h"
#include "afterbell/log/v1/operations.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/city/city.h"
#include "services/platform/base/random_id.h"
#include "services/platform/base/time.h"
#include "tools/afterbell/client.h"
#include "tools/afterbell/cluster_view.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

struct HistoryFlags {
  std::string service;
  std::string entity;
  std::string address = "127.0.0.1:7400";
  std::string actor = "education_bureau:people/bureau@districts/cn";
  std::string school;
  bool json = false;
};

template <class Answer>
absl::StatusOr<Answer> Ask(const std::string& address, const std::string& actor, const std::string& method,
                           const google::protobuf::Message& request) {
  auto caller = ParseCaller(actor);
  if (!caller.ok()) return caller.status();
  Client client(address);
  const CallResult result = client.Call("/afterbell.log.v1." + method, *caller, request.SerializeAsString());
  if (!result.ok()) return absl::UnknownError(result.message);
  Answer answer;
  answer.ParseFromString(result.body);
  return answer;
}

std::string Cause(const log::v1::EntityRecord& record) {
  if (!record.command().empty()) return record.command();
  if (!record.deadline().empty()) return "deadline " + record.deadline();
  if (record.has_cause())
    return "after " + record.cause().service() + "/" + std::to_string(record.cause().partition()) + " " +
           std::to_string(record.cause().index());
  return "";
}

void Print(const HistoryFlags& flags, const log::v1::EntityRecord& record) {
  if (flags.json) {
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(record, &json).ok()) json = record.ShortDebugString();
    std::printf("%s\n", json.c_str());
    return;
  }
  std::printf("%s  %s/%u %lu  %s  %s %s\n", InstantText(MicrosOf(record.record_time())).c_str(),
              record.record().service().c_str(), record.record().partition(),
              static_cast<unsigned long>(record.record().index()), Cause(record).c_str(),
              record.actor().role().c_str(), record.actor().person_id().c_str());
  for (const std::string& bytes : record.events())
    std::printf("    %s\n", EventText(flags.service, bytes).c_str());
  for (const log::v1::PolicyUse& use : record.policy()) {
    std::printf("    policy %s = %s%s\n", use.key().c_str(),
                use.value_id().empty() ? "unset" : use.value_id().c_str(),
                use.provisional() ? " (provisional)" : "");
  }
}

int ShowHistory(const HistoryFlags& flags) {
  log::v1::ListEntityRecordsRequest request;
  request.set_service(flags.service);
  request.set_entity(flags.entity);
  request.mutable_header()->set_school_id(flags.school);
  for (;;) {
    const auto answer = Ask<log::v1::ListEntityRecordsAnswer>(flags.address, flags.actor,
                                                              "HistoryService/ListEntityRecords", request);
    if (!answer.ok()) return Failed(answer.status());
    for (const log::v1::EntityRecord& record : answer->records()) Print(flags, record);
    if (answer->page().next_page_token().empty()) return kExitDone;
    request.mutable_header()->set_page_token(answer->page().next_page_token());
  }
}

int ShowLevel(const std::string& address, const std::string& actor, uint32_t raise_to) {
  std::string asked = address;
  if (raise_to > 0) {
    const auto caller = ParseCaller(actor);
    if (!caller.ok()) return Failed(caller.status());
    // A level is raised where registry's commons is decided, and nobody sends that on.
    std::map<std::string, std::string> silent;
    const std::string owner = OwnerOf(AskInstances({address}, *caller, &silent), "registry", 0);
    if (!owner.empty()) asked = owner;
    log::v1::RaiseLevelRequest request;
    request.mutable_header()->set_request_id(RandomUuid());
    request.set_level(raise_to);
    const auto raised = Ask<log::v1::RaiseLevelAnswer>(asked, actor, "OperationsService/RaiseLevel", request);
    if (!raised.ok()) return Failed(raised.status());
  }
  // Of whom it was raised at: another instance may read of it later.
  const auto level =
      Ask<log::v1::GetLevelAnswer>(asked, actor, "OperationsService/GetLevel", log::v1::GetLevelRequest());
  if (!level.ok()) return Failed(level.status());
  std::printf("level %u; this build knows %u at most\n", level->level(), level->build_level());
  return kExitDone;
}

}  // namespace

void AddHistory(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<HistoryFlags>();
  CLI::App* history = app->add_subcommand(
      "history", "Who recorded what of one entity: afterbell history attendance sessions/S --school SCHOOL");
  history->add_option("service", flags->service, "Like attendance")->required();
  history->add_option("entity", flags->entity, "Like sessions/ID, pupils/ID, accounts/ID")->required();
  history->add_option("--school", flags->school, "Whose records; none: the commons");
  history->add_option("--address", flags->address)->capture_default_str();
  history->add_option("--actor", flags->actor, "Who asks")->capture_default_str();
  history->add_flag("--json", flags->json, "One JSON object a record");
  history->callback([flags, exit_code] { *exit_code = ShowHistory(*flags); });
}

void AddLevel(CLI::App* app, int* exit_code) {
  auto address = std::make_shared<std::string>("127.0.0.1:7400");
  auto actor = std::make_shared<std::string>("platform_operator:people/operator@districts/cn");
  auto raise_to = std::make_shared<uint32_t>(0);
  CLI::App* level = app->add_subcommand("level", "As of which level deciders behave, and raise it");
  level->add_option("--raise", *raise_to, "Record a higher level; there is no way back");
  level->add_option("--address", *address, "Any instance of registry, or the city")->capture_default_str();
  level->add_option("--actor", *actor, "Who asks")->capture_default_str();
  level->callback([=] { *exit_code = ShowLevel(*address, *actor, *raise_to); });
}

}  // namespace afterbell
