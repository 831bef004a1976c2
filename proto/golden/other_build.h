// For tests: a contract as another build might have it. The file of a generated message is copied, changed,
// and compiled at run time under the package "other".
#ifndef AFTERBELL_PROTO_GOLDEN_OTHER_BUILD_H_
#define AFTERBELL_PROTO_GOLDEN_OTHER_BUILD_H_

#include <functional>
#include <string>

#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "gtest/gtest.h"

namespace afterbell::golden {

using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;

class OtherBuild {
 public:
  // Of the message named `type` in the file that generated message has.
  OtherBuild(const google::protobuf::Descriptor* type,
             const std::function<void(FileDescriptorProto*)>& change)
      : pool_(google::protobuf::DescriptorPool::generated_pool()), factory_(&pool_) {
    FileDescriptorProto file;
    type->file()->CopyTo(&file);
    file.set_name("other.proto");
    file.set_package("other");
    // Types of this file by their new names; those of others stay.
    for (DescriptorProto& message : *file.mutable_message_type()) {
      for (FieldDescriptorProto& field : *message.mutable_field()) {
        const std::string name = field.type_name().substr(field.type_name().rfind('.') + 1);
        for (const DescriptorProto& own : file.message_type()) {
          if (own.name() == name) field.set_type_name(".other." + name);
        }
      }
    }
    change(&file);
    const auto* built = pool_.BuildFile(file);
    EXPECT_NE(built, nullptr);
    message_ = factory_.GetPrototype(built->FindMessageTypeByName(type->name()));
  }

  const google::protobuf::Message& prototype() const { return *message_; }

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Message* message_ = nullptr;
};

inline DescriptorProto& MessageIn(FileDescriptorProto* file, const std::string& name) {
  for (DescriptorProto& message : *file->mutable_message_type()) {
    if (message.name() == name) return message;
  }
  ADD_FAILURE() << name;
  return *file->add_message_type();
}

inline FieldDescriptorProto& FieldIn(FileDescriptorProto* file, const std::string& message,
                                     const std::string& name) {
  for (FieldDescriptorProto& field : *MessageIn(file, message).mutable_field()) {
    if (field.name() == name) return field;
  }
  ADD_FAILURE() << name;
  return *MessageIn(file, message).add_field();
}

inline void RemoveField(FileDescriptorProto* file, const std::string& message, const std::string& name) {
  auto& fields = *MessageIn(file, message).mutable_field();
  for (int i = 0; i < fields.size(); ++i) {
    if (fields[i].name() == name) return fields.DeleteSubrange(i, 1);
  }
  ADD_FAILURE() << name;
}

inline FieldDescriptorProto& AddField(FileDescriptorProto* file, const std::string& message,
                                      const std::string& name, int number, FieldDescriptorProto::Type type) {
  FieldDescriptorProto& field = *MessageIn(file, message).add_field();
  field.set_name(name);
  field.set_number(number);
  field.set_type(type);
  return field;
}

}  // namespace afterbell::golden

#endif  // AFTERBELL_PROTO_GOLDEN_OTHER_BUILD_H_
