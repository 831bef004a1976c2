#include "proto/golden/sample.h"

#include <algorithm>
#include <vector>

namespace afterbell::golden {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

// How often a message type may stand within itself: policy values hold lists of values.
constexpr int kNestingMax = 2;

class Sampler {
 public:
  explicit Sampler(int variant) : next_(1 + 100 * variant) {}

  void Field(const FieldDescriptor* field, int variant, Message* message) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !MayNest(field->message_type())) return;
    if (!field->is_repeated()) return Value(field, variant, message);
    for (int element = 0; element < 2; ++element) Value(field, variant + element, message);
  }

 private:
  bool MayNest(const Descriptor* type) const {
    return std::count(within_.begin(), within_.end(), type) < kNestingMax;
  }

  void Fields(int variant, Message* message) {
    const Descriptor* type = message->GetDescriptor();
    if (type->full_name() == "google.protobuf.Timestamp") return Instant(message);
    within_.push_back(type);
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const OneofDescriptor* oneof = field->real_containing_oneof();
      if (oneof != nullptr && field->index_in_oneof() != variant % oneof->field_count()) continue;
      Field(field, variant, message);
    }
    within_.pop_back();
  }

  // As such are: after 1970, and with nanoseconds that are whole microseconds.
  void Instant(Message* message) {
    const Reflection* reflection = message->GetReflection();
    reflection->SetInt64(message, message->GetDescriptor()->FindFieldByName("seconds"), next_++);
    reflection->SetInt32(message, message->GetDescriptor()->FindFieldByName("nanos"), 1000 * next_++);
  }

  void Value(const FieldDescriptor* field, int variant, Message* message) {
    const Reflection* reflection = message->GetReflection();
    const bool many = field->is_repeated();
    const int number = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ? 0 : next_++;
// One line a type: reflection has a method for each, and another for elements.
#define AFTERBELL_SAMPLE(CPPTYPE, Type, value)                                                              \
  case FieldDescriptor::CPPTYPE:                                                                            \
    many ? reflection->Add##Type(message, field, (value)) : reflection->Set##Type(message, field, (value)); \
    return;
    switch (field->cpp_type()) {
      AFTERBELL_SAMPLE(CPPTYPE_INT32, Int32, -number)
      AFTERBELL_SAMPLE(CPPTYPE_INT64, Int64, -number)
      AFTERBELL_SAMPLE(CPPTYPE_UINT32, UInt32, number)
      AFTERBELL_SAMPLE(CPPTYPE_UINT64, UInt64, number)
      AFTERBELL_SAMPLE(CPPTYPE_DOUBLE, Double, number + 0.5)
      AFTERBELL_SAMPLE(CPPTYPE_FLOAT, Float, number + 0.5f)
      AFTERBELL_SAMPLE(CPPTYPE_BOOL, Bool, true)
      AFTERBELL_SAMPLE(CPPTYPE_ENUM, EnumValue, Enumerator(field, variant))
      AFTERBELL_SAMPLE(CPPTYPE_STRING, String, Text(field, number))
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fields(variant, many ? reflection->AddMessage(message, field)
                                    : reflection->MutableMessage(message, field));
    }
#undef AFTERBELL_SAMPLE
  }

  // Never the first, which is what is read where nothing was written.
  static int Enumerator(const FieldDescriptor* field, int variant) {
    const int meaningful = field->enum_type()->value_count() - 1;
    return meaningful == 0 ? 0 : field->enum_type()->value(1 + variant % meaningful)->number();
  }

  static std::string Text(const FieldDescriptor* field, int number) {
    return (field->type() == FieldDescriptor::TYPE_BYTES ? "\xff" : "\u00e9") + std::to_string(number);
  }

  int next_;
  std::vector<const Descriptor*> within_;
};

void Collect(const Descriptor* type, std::set<std::string>* fields, int* oneof_size) {
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!fields->insert(type->name() + "." + field->name()).second) continue;
    if (const OneofDescriptor* oneof = field->real_containing_oneof()) {
      *oneof_size = std::max(*oneof_size, oneof->field_count());
    }
    if (field->message_type() != nullptr) Collect(field->message_type(), fields, oneof_size);
  }
}

}  // namespace

void SampleField(const FieldDescriptor* field, int variant, Message* message) {
  Sampler(variant).Field(field, variant, message);
}

int VariantsOf(const FieldDescriptor* field) {
  int variants = 1;
  std::set<std::string> fields;
  if (field->message_type() != nullptr) Collect(field->message_type(), &fields, &variants);
  return variants;
}

std::set<std::string> FieldsSet(const Message& message) {
  std::set<std::string> names;
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    names.insert(message.GetDescriptor()->name() + "." + field->name());
    if (field->message_type() == nullptr) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      names.merge(FieldsSet(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                 : reflection->GetMessage(message, field)));
    }
  }
  return names;
}

std::set<std::string> FieldsOf(const Descriptor* type) {
  std::set<std::string> fields;
  int ignored = 0;
  Collect(type, &fields, &ignored);
  return fields;
}

}  // namespace afterbell::golden
