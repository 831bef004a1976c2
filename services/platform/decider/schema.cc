#include "services/platform/decider/schema.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr size_t kHashBytes = 8;

// What the gates of compatibility hold: it is taken by its name. The answers of queries lie in the same
// packages and are held for callers alone, who do not mind a field that rows folded earlier lack.
bool IsHeld(const google::protobuf::FileDescriptor& file) {
  return absl::StartsWith(file.package(), "afterbell.") && absl::EndsWith(file.package(), ".v1") &&
         !absl::EndsWith(file.name(), "_queries.proto");
}

// What is hashed, a line each. A message is told where it is first met, so those within each other end.
class Declarations {
 public:
  explicit Declarations(int revision) : text_(absl::StrCat("revision ", revision, "\n")) {}

  void Add(const TableInfo& table) {
    const auto& row = dynamic_cast<const google::protobuf::Message&>(table.row());
    absl::StrAppend(&text_, "table ", std::string(table.name), "\n", "key ", KeyShape(table), "\n", "kind ",
                    std::string(KindName(table.kind)), "\n", "kept ", KeepText(table.keep), "\n", "row ",
                    row.GetDescriptor()->full_name(), "\n");
    Add(*row.GetDescriptor());
  }

  const std::string& text() const { return text_; }

 private:
  void Add(const Descriptor& message) {
    if (IsHeld(*message.file()) || !told_.insert(message.full_name()).second) return;
    // As they lie in the bytes, wherever they stand in the file.
    std::vector<const FieldDescriptor*> fields;
    for (int i = 0; i < message.field_count(); ++i) fields.push_back(message.field(i));
    std::sort(fields.begin(), fields.end(),
              [](const FieldDescriptor* a, const FieldDescriptor* b) { return a->number() < b->number(); });
    absl::StrAppend(&text_, "message ", message.full_name(), "\n");
    for (const FieldDescriptor* field : fields) {
      const std::string label = field->is_repeated()    ? "repeated"
                                : field->has_presence() ? "present or not"
                                                        : "one";
      absl::StrAppend(&text_, "  ", field->number(), " ", field->name(), " ", field->type_name(), " ",
                      TypeOf(*field), " ", label, "\n");
    }
    for (const FieldDescriptor* field : fields) {
      if (field->message_type() != nullptr) Add(*field->message_type());
      if (field->enum_type() != nullptr) Add(*field->enum_type());
    }
  }

  // Numbers are what rows hold, and names what they mean.
  void Add(const EnumDescriptor& words) {
    if (IsHeld(*words.file()) || !told_.insert(words.full_name()).second) return;
    absl::StrAppend(&text_, "enum ", words.full_name(), "\n");
    for (int i = 0; i < words.value_count(); ++i)
      absl::StrAppend(&text_, "  ", words.value(i)->number(), " ", words.value(i)->name(), "\n");
  }

  static std::string TypeOf(const FieldDescriptor& field) {
    if (field.message_type() != nullptr) return field.message_type()->full_name();
    return field.enum_type() != nullptr ? field.enum_type()->full_name() : "-";
  }

  std::string text_;
  std::set<std::string> told_;
};

}  // namespace

TableList SortedByName(TableList tables) {
  std::sort(tables.begin(), tables.end(),
            [](const TableInfo* a, const TableInfo* b) { return a->name < b->name; });
  return tables;
}

std::string SchemaOf(const TableList& tables, int revision) {
  Declarations declarations(revision);
  for (const TableInfo* table : SortedByName(tables)) declarations.Add(*table);
  return absl::BytesToHexString(Sha256(declarations.text()).substr(0, kHashBytes));
}

std::string KeyShape(const TableInfo& table) {
  if (table.types.empty()) return {};
  const std::vector<std::string> words = absl::StrSplit(std::string(table.words), '/');
  std::string shape;
  for (size_t i = 0; i < table.types.size(); ++i)
    absl::StrAppend(&shape, i == 0 ? "" : "/", words[i], ":", std::string(table.types[i]));
  return shape;
}

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kState:
      return "state";
    case Kind::kFact:
      return "fact";
    case Kind::kView:
      return "view";
    case Kind::kCommons:
      return "commons";
    case Kind::kDeadline:
      return "deadline";
    case Kind::kPlatform:
      return "platform";
  }
  return "";
}

std::string KeepText(const Keep& keep) {
  switch (keep.how) {
    case Keep::How::kRanged:
      return absl::StrCat("ranged by ", keep.parts);
    case Keep::How::kPoint:
      return "point";
    case Keep::How::kQueue:
      return "queue";
  }
  return "";
}

}  // namespace afterbell
