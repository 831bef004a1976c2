#include "services/platform/config/config.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace afterbell {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using Tree = TextFormat::ParseInfoTree;

constexpr char kListen[] = "127.0.0.1:7400";
constexpr char kVariablePrefix[] = "AFTERBELL";

class FirstProblem : public google::protobuf::io::ErrorCollector {
 public:
  explicit FirstProblem(std::string_view file_name) : file_name_(file_name) {}
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(file_name_, ":", line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  const std::string file_name_;
  std::string text_;
};

const config::v1::Bounds& BoundsOf(const FieldDescriptor* field) {
  return field->options().GetExtension(config::v1::bounds);
}

absl::Status CheckBounds(const FieldDescriptor* field, uint64_t value, std::string_view where) {
  const config::v1::Bounds& bounds = BoundsOf(field);
  if (value >= bounds.least() && value <= bounds.most()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(std::string(where), ": ", field->name(), " ", value,
                                                 ", expected ", bounds.least(), " to ", bounds.most()));
}

// Numbers that the text gave must keep their bounds; 0 can be given and is told from nothing by its place.
absl::Status CheckGiven(const Message& message, const Tree& tree, std::string_view file_name) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const auto place = tree.GetLocation(field, -1);
    if (place.line < 0) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const absl::Status inner = CheckGiven(message.GetReflection()->GetMessage(message, field),
                                            *tree.GetTreeForNested(field, -1), file_name);
      if (!inner.ok()) return inner;
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      const absl::Status bounds =
          CheckBounds(field, message.GetReflection()->GetUInt64(message, field),
                      absl::StrCat(std::string(file_name), ":", place.line + 1, ":", place.column + 1));
      if (!bounds.ok()) return bounds;
    }
  }
  return absl::OkStatus();
}

absl::Status TakeEnvironment(const Environment& environment, const std::string& prefix, Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    const std::string name = prefix + "_" + absl::AsciiStrToUpper(field->name());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const absl::Status inner =
          TakeEnvironment(environment, name, message->GetReflection()->MutableMessage(message, field));
      if (!inner.ok()) return inner;
      continue;
    }
    const char* value = environment(name);
    if (value == nullptr) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      message->GetReflection()->SetString(message, field, value);
      continue;
    }
    uint64_t number = 0;
    if (!absl::SimpleAtoi(value, &number))
      return absl::InvalidArgumentError(absl::StrCat(name, " '", value, "', expected a number"));
    const absl::Status bounds = CheckBounds(field, number, name);
    if (!bounds.ok()) return bounds;
    message->GetReflection()->SetUInt64(message, field, number);
  }
  return absl::OkStatus();
}

void FillIn(Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    const auto* reflection = message->GetReflection();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      FillIn(reflection->MutableMessage(message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64 &&
               reflection->GetUInt64(*message, field) == 0) {
      reflection->SetUInt64(message, field, BoundsOf(field).unless_told());
    }
  }
}

std::string DefaultDataDirectory(const Environment& environment) {
  if (const char* data = environment("XDG_DATA_HOME"); data != nullptr && *data != '\0')
    return std::string(data) + "/afterbell";
  const char* home = environment("HOME");
  return std::string(home == nullptr ? "." : home) + "/.local/share/afterbell";
}

}  // namespace

config::v1::Limits DefaultLimits() {
  config::v1::Limits limits;
  FillIn(&limits);
  return limits;
}

absl::StatusOr<config::v1::Config> ParseConfig(std::string_view text, std::string_view file_name,
                                               const Environment& environment) {
  config::v1::Config config;
  FirstProblem problem(file_name);
  Tree tree;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&problem);
  parser.WriteLocationsTo(&tree);
  if (!parser.ParseFromString(std::string(text), &config)) return absl::InvalidArgumentError(problem.text());
  absl::Status status = CheckGiven(config, tree, file_name);
  if (status.ok()) status = TakeEnvironment(environment, kVariablePrefix, &config);
  if (!status.ok()) return status;
  FillIn(&config);
  if (config.data_directory().empty()) config.set_data_directory(DefaultDataDirectory(environment));
  if (config.listen().empty()) config.set_listen(kListen);
  return config;
}

absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path) {
  std::string text;
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat("cannot read the configuration ", path));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  return ParseConfig(text, path, [](const std::string& name) { return std::getenv(name.c_str()); });
}

}  // namespace afterbell
