// A message with every field set, made by reflection: the same on every machine and in every build.
//
// Values are such that a field read as another shows: numbers and texts of a sample are all different, signed
// numbers are negative, texts are not ASCII and bytes are no text. A repeated field has two elements. Of a
// oneof only one member can be set; which, is by `variant`, so that enough variants have set them all.
#ifndef AFTERBELL_PROTO_GOLDEN_SAMPLE_H_
#define AFTERBELL_PROTO_GOLDEN_SAMPLE_H_

#include <set>
#include <string>

#include "google/protobuf/message.h"

namespace afterbell::golden {

// Sets one field, a scalar or a message with all that is in it. Two variants have no number and no text in
// common.
void SampleField(const google::protobuf::FieldDescriptor* field, int variant,
                 google::protobuf::Message* message);

// How many variants it takes until every member of every oneof in it was set.
int VariantsOf(const google::protobuf::FieldDescriptor* field);

// "PupilCheckedIn.pupil_id" of all fields that are set, at any depth.
std::set<std::string> FieldsSet(const google::protobuf::Message& message);

// The same of all fields there are in a message type.
std::set<std::string> FieldsOf(const google::protobuf::Descriptor* type);

}  // namespace afterbell::golden

#endif  // AFTERBELL_PROTO_GOLDEN_SAMPLE_H_
