// afterbell get: any query of any service, asked by name, answered as JSON.
#include <cstdio>
#include <memory>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "services/city/city.h"
#include "tools/afterbell/client.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

struct GetFlags {
  std::string query;
  std::string address = "127.0.0.1:7400";
  std::string actor = "education_bureau:people/bureau@districts/cn";
  std::string school;
  std::string request = "{}";
};

int Get(const GetFlags& flags) {
  const size_t dot = flags.query.find('.');
  if (dot == std::string::npos)
    return Failed(absl::InvalidArgumentError("a query is like registry.ListSchools"));
  const std::string service = flags.query.substr(0, dot);
  const std::string name = flags.query.substr(dot + 1);
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* asked = pool->FindMessageTypeByName("afterbell." + service + ".v1." + name + "Request");
  const auto* answered = pool->FindMessageTypeByName("afterbell." + service + ".v1." + name + "Answer");
  if (asked == nullptr || answered == nullptr) return Failed(absl::NotFoundError("no query " + flags.query));
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  std::unique_ptr<google::protobuf::Message> request(factory->GetPrototype(asked)->New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(flags.request, request.get());
  if (!parsed.ok()) return Failed(absl::InvalidArgumentError("--request: " + std::string(parsed.message())));
  const auto* header = asked->FindFieldByName("header");
  if (header != nullptr && !flags.school.empty()) {
    auto* head =
        static_cast<log::v1::QueryHeader*>(request->GetReflection()->MutableMessage(request.get(), header));
    head->set_school_id(flags.school);
  }
  auto caller = ParseCaller(flags.actor);
  if (!caller.ok()) return Failed(caller.status());
  Client client(flags.address);
  const CallResult result = client.Call(MethodOf(service, name), *caller, request->SerializeAsString());
  if (!result.ok()) return Failed(absl::UnknownError(result.message));
  std::unique_ptr<google::protobuf::Message> answer(factory->GetPrototype(answered)->New());
  answer->ParseFromString(result.body);
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(*answer, &json, options).ok())
    json = answer->DebugString();
  std::printf("%s\n", json.c_str());
  return kExitDone;
}

}  // namespace

void AddGet(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<GetFlags>();
  CLI::App* get = app->add_subcommand(
      "get", "Ask a query of a running city: afterbell get attendance.ListSessions --school S");
  get->add_option("query", flags->query, "Like registry.ListSchools")->required();
  get->add_option("--address", flags->address)->capture_default_str();
  get->add_option("--actor", flags->actor, "Who asks, like principal:people/p7@districts/d1")
      ->capture_default_str();
  get->add_option("--school", flags->school, "Whose rows");
  get->add_option("--request", flags->request, "The rest of the request, as JSON")->capture_default_str();
  get->callback([flags, exit_code] { *exit_code = Get(*flags); });
}

}  // namespace afterbell
