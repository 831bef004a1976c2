#include "services/platform/decider/entities.h"

#include <vector>

#include "google/protobuf/descriptor.h"
#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

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

}  // namespace

void CollectEntities(const Message& message, std::set<std::string>* entities) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        CollectEntities(reflection->GetMessage(message, field), entities);
        continue;
      }
      for (int i = 0; i < reflection->FieldSize(message, field); ++i)
        CollectEntities(reflection->GetRepeatedMessage(message, field, i), entities);
      continue;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING || field->is_repeated()) continue;
    const std::string_view kind = KindOf(field);
    if (!kind.empty()) entities->insert(std::string(kind) + reflection->GetString(message, field));
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
