#include "services/platform/rpc/shape.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/time.h"
#include "services/platform/decider/decider.h"

namespace afterbell {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

absl::Status CheckText(std::string_view name, const std::string& path, const std::string& text) {
  if (text.size() > kTextBytesMax) {
    return absl::ResourceExhaustedError(absl::StrCat("text_bytes_max: ", path, " has ", text.size(),
                                                     " bytes, ", kTextBytesMax, " are allowed"));
  }
  if (EndsWith(name, "_id") || EndsWith(name, "_ids")) {
    if (!IsId(text)) return InvalidField(path, text, "an id (1 to 64 letters, digits, '-', '_', '.')");
  } else if (EndsWith(name, "_on") || name == "date" || name == "dates" || name == "on") {
    if (!IsDate(text)) return InvalidField(path, text, "a date like 2026-09-01");
  } else if (EndsWith(name, "_time") && name != "record_time") {
    if (!IsTimeOfDay(text)) return InvalidField(path, text, "a local time of day like 15:30");
  } else if (name == "month") {
    if (!IsMonth(text)) return InvalidField(path, text, "a month like 2026-09");
  } else if (text.find('\0') != std::string::npos) {
    return InvalidField(path, text, "text without zero bytes");
  }
  return absl::OkStatus();
}

absl::Status CheckNumber(std::string_view name, const std::string& path, int64_t number) {
  if (number < 0 && (EndsWith(name, "_fen") || EndsWith(name, "_minutes") || EndsWith(name, "_pupils") ||
                     name == "version")) {
    return InvalidField(path, std::to_string(number), "0 or more");
  }
  return absl::OkStatus();
}

absl::Status Check(const Message& message, const std::string& path, int depth) {
  if (depth > kDepthMax)
    return absl::ResourceExhaustedError(
        absl::StrCat("depth_max: ", path, " is nested deeper than ", kDepthMax));
  const google::protobuf::Reflection* reflection = message.GetReflection();
  const google::protobuf::Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    const std::string name = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    if (field->is_repeated()) {
      const int size = reflection->FieldSize(message, field);
      if (size > kListItemsMax) {
        return absl::ResourceExhaustedError(
            absl::StrCat("list_items_max: ", name, " has ", size, " items, ", kListItemsMax, " are allowed"));
      }
      for (int item = 0; item < size; ++item) {
        const std::string at = absl::StrCat(name, "[", item, "]");
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          AFTERBELL_RETURN_IF_ERROR(
              Check(reflection->GetRepeatedMessage(message, field, item), at, depth + 1));
        } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
                   field->type() != FieldDescriptor::TYPE_BYTES) {
          AFTERBELL_RETURN_IF_ERROR(
              CheckText(field->name(), at, reflection->GetRepeatedString(message, field, item)));
        }
      }
      continue;
    }
    const bool may_miss = field->has_optional_keyword() || field->containing_oneof() != nullptr;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (reflection->HasField(message, field)) {
          // Instants are checked by their own type; what lies below policy values is policy's matter.
          if (field->message_type()->file()->package() == "afterbell.policy.v1") continue;
          AFTERBELL_RETURN_IF_ERROR(Check(reflection->GetMessage(message, field), name, depth + 1));
        } else if (!may_miss) {
          return InvalidField(name, "", "given");
        }
        break;
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = reflection->GetString(message, field);
        if (text.empty()) {
          if (!may_miss) return InvalidField(name, "", "given");
          break;
        }
        if (field->type() != FieldDescriptor::TYPE_BYTES)
          AFTERBELL_RETURN_IF_ERROR(CheckText(field->name(), name, text));
        break;
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int number = reflection->GetEnumValue(message, field);
        if (number == 0 && may_miss) break;
        if (number == 0 || field->enum_type()->FindValueByNumber(number) == nullptr) {
          return InvalidField(name, std::to_string(number),
                              absl::StrCat("a known ", field->enum_type()->name()));
        }
        break;
      }
      case FieldDescriptor::CPPTYPE_INT32:
        AFTERBELL_RETURN_IF_ERROR(CheckNumber(field->name(), name, reflection->GetInt32(message, field)));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        AFTERBELL_RETURN_IF_ERROR(CheckNumber(field->name(), name, reflection->GetInt64(message, field)));
        break;
      default:
        break;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckShape(const Message& message, const std::string& path) { return Check(message, path, 0); }

}  // namespace afterbell
