#include "services/platform/rpc/tenant.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/reference/reference.h"

namespace afterbell {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* TextFieldOf(const Message& query, const char* name) {
  const FieldDescriptor* field = query.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING ? field
                                                                                                    : nullptr;
}

void SetTextField(Message* query, const char* name, const std::string& value) {
  if (const FieldDescriptor* field = TextFieldOf(*query, name))
    query->GetReflection()->SetString(query, field, value);
}

bool IsOfOneSchool(const Message& query) {
  const FieldDescriptor* header = query.GetDescriptor()->FindFieldByName("header");
  return header != nullptr &&
         !TextField(query.GetReflection()->GetMessage(query, header), "school_id").empty();
}

}  // namespace

std::string TextField(const Message& query, const char* name) {
  const FieldDescriptor* field = TextFieldOf(query, name);
  return field == nullptr ? std::string() : query.GetReflection()->GetString(query, field);
}

absl::Status BindToCaller(const Caller& caller, Message* query) {
  const std::string guardian_id = TextField(*query, "guardian_id");
  if (!guardian_id.empty() && guardian_id != caller.person_id) {
    return absl::PermissionDeniedError(absl::StrCat("guardian_id: '", guardian_id, "' is not the caller"));
  }
  SetTextField(query, "guardian_id", caller.person_id);
  if (TextField(*query, "district_id").empty() && !IsOfOneSchool(*query))
    SetTextField(query, "district_id", caller.district_id);
  return absl::OkStatus();
}

absl::Status CheckTenant(const Caller& caller, const Rows& rows, std::string_view school_id,
                         std::string_view district_id) {
  if (caller.role == "platform_operator") return absl::OkStatus();
  const auto school = reference::School(rows, school_id);
  for (const std::string& of : {school ? school->district_id() : std::string(), std::string(district_id)}) {
    if (of.empty() || of == caller.district_id) continue;
    const auto areas = reference::AreasOf(rows, of);
    if (std::find(areas.begin(), areas.end(), caller.district_id) != areas.end()) continue;
    return absl::PermissionDeniedError(
        absl::StrCat("district_id: '", of, "' is not of the caller's '", caller.district_id, "'"));
  }
  return absl::OkStatus();
}

}  // namespace afterbell
