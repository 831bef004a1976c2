#include "proto/consumers/declared.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace afterbell::consumers {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text.empty()) text = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  std::string text;
};

std::string DeclaredAs(int number, const std::string& type) {
  return absl::StrCat(" (declared as field ", number, type.empty() ? "" : ", ", type, ")");
}

// The fields of a path, the last of them what it leads to; nothing where it leads nowhere.
std::vector<const FieldDescriptor*> Follow(const Descriptor* type, const std::string& path) {
  std::vector<const FieldDescriptor*> way;
  for (const std::string& step : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    const FieldDescriptor* field = type == nullptr ? nullptr : type->FindFieldByName(step);
    if (field == nullptr) return {};
    way.push_back(field);
    type = field->message_type();
  }
  return way;
}

bool HasWithin(const std::set<std::string>& paths, const std::string& path) {
  const auto next = paths.lower_bound(path + ".");
  return next != paths.end() && next->compare(0, path.size() + 1, path + ".") == 0;
}

// A message that may be declared without what is in it: of a well-known type, or of one it already lies in.
bool StandsForAll(const std::vector<const FieldDescriptor*>& way) {
  const Descriptor* type = way.back()->message_type();
  return type == nullptr || type->field_count() == 0 || type->file()->package() == "google.protobuf" ||
         std::any_of(way.begin(), way.end() - 1,
                     [&](const FieldDescriptor* outer) { return outer->message_type() == type; });
}

std::string ComplaintOf(const Descriptor* type, const Field& declared, const std::set<std::string>& paths) {
  const std::vector<const FieldDescriptor*> way = Follow(type, declared.path());
  if (way.empty()) return " is gone";
  if (way.back()->number() != declared.number())
    return absl::StrCat(" now has number ", way.back()->number());
  if (TypeOf(way.back()) != declared.type()) return absl::StrCat(" is now ", TypeOf(way.back()));
  if (!StandsForAll(way) && !HasWithin(paths, declared.path()))
    return " is declared without what is read of it";
  return {};
}

// Keeps `paths`, which begin with `prefix`, in a message.
void Keep(const std::set<std::string>& paths, const std::string& prefix, Message* message) {
  const Reflection* reflection = message->GetReflection();
  reflection->MutableUnknownFields(message)->Clear();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = prefix + field->name();
    if (paths.count(path) == 0) {
      reflection->ClearField(message, field);
    } else if (HasWithin(paths, path)) {
      const int count = field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
      for (int i = 0; i < count; ++i) {
        Keep(paths, path + ".",
             field->is_repeated() ? reflection->MutableRepeatedMessage(message, field, i)
                                  : reflection->MutableMessage(message, field));
      }
    }
  }
}

}  // namespace

absl::StatusOr<Declared> Declared::Parse(std::string_view textproto) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  Declared declared;
  if (!parser.ParseFromString(std::string(textproto), &declared.declaration_)) {
    return absl::InvalidArgumentError(error.text);
  }
  return declared;
}

absl::StatusOr<Declared> Declared::Load(std::string_view producer, std::string_view consumer) {
  std::ifstream file(absl::StrCat("proto/afterbell/", std::string(producer), "/v1/consumers/",
                                  std::string(consumer), ".textproto"));
  if (!file) return Declared();
  std::ostringstream text;
  text << file.rdbuf();
  return Parse(text.str());
}

std::vector<std::string> Declared::Complaints(const Descriptor* type) const {
  std::vector<std::string> complaints;
  for (const Event& event : declaration_.event()) {
    const FieldDescriptor* member = type->FindFieldByName(event.name());
    if (member == nullptr || member->message_type() == nullptr) {
      complaints.push_back(absl::StrCat(event.name(), " is gone", DeclaredAs(event.number(), "")));
      continue;
    }
    if (member->number() != event.number()) {
      complaints.push_back(
          absl::StrCat(event.name(), " now has number ", member->number(), DeclaredAs(event.number(), "")));
    }
    const std::set<std::string> paths = FieldsOf(event.name());
    for (const Field& field : event.field()) {
      const std::string complaint = ComplaintOf(member->message_type(), field, paths);
      if (complaint.empty()) continue;
      complaints.push_back(
          absl::StrCat(event.name(), ".", field.path(), complaint, DeclaredAs(field.number(), field.type())));
    }
  }
  return complaints;
}

const Event* Declared::Find(std::string_view event) const {
  for (const Event& declared : declaration_.event()) {
    if (std::string_view(declared.name()) == event) return &declared;
  }
  return nullptr;
}

std::set<std::string> Declared::FieldsOf(std::string_view event) const {
  std::set<std::string> paths;
  if (const Event* declared = Find(event)) {
    for (const Field& field : declared->field()) paths.insert(field.path());
  }
  return paths;
}

void Declared::Strip(Message* event) const {
  const Reflection* reflection = event->GetReflection();
  const FieldDescriptor* member =
      reflection->GetOneofFieldDescriptor(*event, event->GetDescriptor()->oneof_decl(0));
  if (member == nullptr) return;
  if (Find(member->name()) == nullptr) return event->Clear();
  Keep(FieldsOf(member->name()), "", reflection->MutableMessage(event, member));
}

std::string TypeOf(const FieldDescriptor* field) {
  const std::string name = field->message_type() != nullptr ? field->message_type()->full_name()
                           : field->enum_type() != nullptr  ? field->enum_type()->full_name()
                                                            : std::string(field->type_name());
  return field->is_repeated() ? "repeated " + name : name;
}

std::string LineOf(std::string_view path, const FieldDescriptor* field) {
  return absl::StrCat("field { path: \"", std::string(path), "\" number: ", field->number(), " type: \"",
                      TypeOf(field), "\" }");
}

namespace internal {

const Declared& LoadOrDie(std::string_view producer, std::string_view consumer) {
  static auto* const loaded = new std::map<std::pair<std::string, std::string>, Declared>;
  static auto* const mutex = new std::mutex;
  const std::lock_guard lock(*mutex);
  if (!std::filesystem::exists("proto/afterbell")) {  // Else all would look as if nobody read anything.
    std::fprintf(stderr,
                 "there are no declarations here: run it by bazel test, or in the root of the tree\n");
    std::abort();
  }
  const auto [at, is_new] = loaded->try_emplace({std::string(producer), std::string(consumer)});
  if (is_new) {
    auto declared = Declared::Load(producer, consumer);
    if (!declared.ok()) {
      std::fprintf(stderr, "%s reads %s: %s\n", at->first.second.c_str(), at->first.first.c_str(),
                   declared.status().ToString().c_str());
      std::abort();
    }
    at->second = *std::move(declared);
  }
  return at->second;
}

}  // namespace internal
}  // namespace afterbell::consumers
