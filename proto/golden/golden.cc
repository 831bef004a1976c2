#include "proto/golden/golden.h"

#include <map>
#include <memory>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "afterbell/log/v1/log.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/unknown_field_set.h"
#include "proto/golden/sample.h"

namespace afterbell::golden {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

std::string TextOf(const Message& message) {
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);  // So that text and bytes print differently.
  std::string text;
  printer.PrintToString(message, &text);
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string KindOf(const FieldDescriptor* member) {
  const log::v1::EventKind kind = member->message_type()->options().GetExtension(log::v1::event_kind);
  return kind == log::v1::EVENT_KIND_UNSPECIFIED ? "" : log::v1::EventKind_Name(kind);
}

// Where in a message something lies that its type does not know, or nothing.
std::string UnknownIn(const Message& message) {
  const Reflection* reflection = message.GetReflection();
  if (const auto& unknown = reflection->GetUnknownFields(message); unknown.field_count() > 0) {
    return absl::StrCat(message.GetDescriptor()->name(), " has no field ", unknown.field(0).number(),
                        " of this type");
  }
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string found =
          UnknownIn(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                         : reflection->GetMessage(message, field));
      if (!found.empty()) return found;
    }
  }
  return {};
}

std::string ComplaintOf(const Message& prototype, const Golden& golden) {
  const FieldDescriptor* member = prototype.GetDescriptor()->FindFieldByName(golden.name);
  if (member == nullptr)
    return absl::StrCat(prototype.GetDescriptor()->name(), " has no such member any more");
  if (KindOf(member) != golden.kind)
    return absl::StrCat("is ", KindOf(member), " and was recorded as ", golden.kind);
  const std::unique_ptr<Message> read(prototype.New());
  if (!read->ParseFromString(golden.bytes)) return "its bytes do not parse";
  if (const std::string unknown = UnknownIn(*read); !unknown.empty()) return unknown;
  if (read->SerializeAsString() != golden.bytes) return "is written as other bytes";
  if (const std::string text = TextOf(*read); text != golden.text) return absl::StrCat("now reads ", text);
  const std::unique_ptr<Message> parsed(prototype.New());
  if (!TextFormat::ParseFromString(golden.text, parsed.get())) return "its text does not parse";
  if (parsed->SerializeAsString() != golden.bytes) return "its text is written as other bytes";
  return {};
}

Golden SampleOf(const Message& prototype, const FieldDescriptor* member, int variant) {
  const std::unique_ptr<Message> message(prototype.New());
  SampleField(member, variant, message.get());
  return {member->name(), KindOf(member), message->SerializeAsString(), TextOf(*message)};
}

std::set<std::string> FieldsIn(const Message& prototype, const Golden& golden) {
  const std::unique_ptr<Message> read(prototype.New());
  return read->ParseFromString(golden.bytes) ? FieldsSet(*read) : std::set<std::string>();
}

}  // namespace

absl::StatusOr<std::vector<Golden>> ParseGoldens(std::string_view file) {
  std::vector<Golden> goldens;
  std::vector<std::string> block;
  int number = 0;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(std::string(file), '\n'))) {
    ++number;
    if (block.empty() && (line.empty() || line.front() == '#')) continue;
    block.push_back(line);
    if (block.size() < 3) continue;
    const std::vector<std::string> words = absl::StrSplit(block[0], ' ');
    const bool hex =
        block[1].find_first_not_of("0123456789abcdef") == std::string::npos && block[1].size() % 2 == 0;
    if (words.size() > 2 || !hex) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number - 2, ": no name, bytes and text"));
    }
    goldens.push_back({words[0], words.size() == 2 ? words[1] : "", absl::HexStringToBytes(block[1]),
                       block[2], number - 2});
    block.clear();
  }
  if (!block.empty())
    return absl::InvalidArgumentError(absl::StrCat("line ", number, ": a block ends early"));
  return goldens;
}

std::string BlockOf(const Golden& golden) {
  return absl::StrCat("\n", golden.name, golden.kind.empty() ? "" : " ", golden.kind, "\n",
                      absl::BytesToHexString(golden.bytes), "\n", golden.text, "\n");
}

std::vector<std::string> Complaints(const Message& prototype, const std::vector<Golden>& goldens) {
  std::vector<std::string> complaints;
  for (const Golden& golden : goldens) {
    const std::string complaint = ComplaintOf(prototype, golden);
    if (!complaint.empty()) {
      complaints.push_back(absl::StrCat("line ", golden.line, ", ", golden.name, ": ", complaint));
    }
  }
  return complaints;
}

std::vector<Golden> Missing(const Message& prototype, const std::vector<Golden>& goldens) {
  std::map<std::string, std::set<std::string>> covered;
  for (const Golden& golden : goldens) covered[golden.name].merge(FieldsIn(prototype, golden));
  std::vector<Golden> missing;
  const OneofDescriptor* oneof = prototype.GetDescriptor()->oneof_decl(0);
  for (int i = 0; i < oneof->field_count(); ++i) {
    const FieldDescriptor* member = oneof->field(i);
    std::set<std::string>& fields = covered[member->name()];
    for (int variant = 0; variant < VariantsOf(member); ++variant) {
      const Golden sample = SampleOf(prototype, member, variant);
      const size_t before = fields.size();
      fields.merge(FieldsIn(prototype, sample));
      if (fields.size() > before) missing.push_back(sample);
    }
  }
  return missing;
}

}  // namespace afterbell::golden
