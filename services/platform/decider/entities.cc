#include "services/platform/decider/entities.h"

#include <map>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

struct Kind {
  std::string_view field;
  std::string_view kind;
};
constexpr Kind kKinds[] = {
    {"session_id", "sessions/"},         {"pupil_id", "pupils/"}, {"person_id", "people/"},
    {"account_id", "accounts/"},         {"duty_id", "duties/"},  {"case_id", "cases/"},
    {"application_id", "applications/"},
};

std::string_view KindOf(const FieldDescriptor* field) {
  for (const Kind& each : kKinds) {
    if (each.field == field->name()) return each.kind;
  }
  return {};
}

// What of a message is looked at: ids of entities, and messages within.
struct Plan {
  struct Id {
    const FieldDescriptor* field;
    std::string_view kind;
  };
  std::vector<Id> ids;
  std::vector<const FieldDescriptor*> messages;  // Those of a oneof apart: one of many is set.
  std::vector<const OneofDescriptor*> oneofs;
};

// Made once a thread and message: comparing names of fields costs more than all the rest.
const Plan& PlanOf(const Descriptor* message) {
  thread_local std::map<const Descriptor*, Plan> plans;
  const auto [found, added] = plans.try_emplace(message);
  if (!added) return found->second;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->real_containing_oneof() == nullptr) found->second.messages.push_back(field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      const std::string_view kind = KindOf(field);
      if (!kind.empty()) found->second.ids.push_back({field, kind});
    }
  }
  for (int i = 0; i < message->real_oneof_decl_count(); ++i)
    found->second.oneofs.push_back(message->oneof_decl(i));
  return found->second;
}

}  // namespace

void CollectEntities(const Message& message, std::vector<std::string>* entities) {
  const auto* reflection = message.GetReflection();
  const Plan& plan = PlanOf(message.GetDescriptor());
  std::string scratch;
  for (const Plan::Id& id : plan.ids) {
    const std::string& text = reflection->GetStringReference(message, id.field, &scratch);
    // One that is optional, given and empty is an entity too.
    if (text.empty() && !(id.field->has_presence() && reflection->HasField(message, id.field))) continue;
    std::string entity(id.kind);
    entities->push_back(std::move(entity.append(text)));
  }
  for (const FieldDescriptor* field : plan.messages) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i)
        CollectEntities(reflection->GetRepeatedMessage(message, field, i), entities);
    } else if (reflection->HasField(message, field)) {
      CollectEntities(reflection->GetMessage(message, field), entities);
    }
  }
  for (const OneofDescriptor* oneof : plan.oneofs) {
    const FieldDescriptor* field = reflection->GetOneofFieldDescriptor(message, oneof);
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      CollectEntities(reflection->GetMessage(message, field), entities);
  }
}

bool IsEntity(std::string_view text) {
  for (const Kind& each : kKinds) {
    if (text.substr(0, each.kind.size()) == each.kind) return IsId(text.substr(each.kind.size()));
  }
  return false;
}

std::string EntityKinds() {
  std::string text;
  for (const Kind& each : kKinds) text += (text.empty() ? "" : " ") + std::string(each.kind) + "…";
  return text;
}

}  // namespace afterbell
