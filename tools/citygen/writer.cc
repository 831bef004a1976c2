#include "tools/citygen/writer.h"

#include "google/protobuf/descriptor.h"

namespace afterbell::citygen {
namespace {

// "CheckInPupil" as the field of the command oneof: "check_in_pupil".
std::string FieldName(const std::string& message) {
  std::string name;
  for (const char c : message) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !name.empty()) name += '_';
    name += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

}  // namespace

const PhaseWriter::Named& PhaseWriter::NameOf(const google::protobuf::Descriptor* type) {
  Named& named = names_[type];
  if (named.service.empty()) {
    // afterbell.attendance.v1.CheckInPupil
    const std::string& full = type->full_name();
    const size_t from = full.find('.') + 1;
    named.service = full.substr(from, full.find('.', from) - from);
    named.command = FieldName(type->name());
  }
  return named;
}

void PhaseWriter::Count(const Call& call) {
  ++answers_.calls;
  ++answers_.calls_by_command[call.service() + "." + call.command()];
}

Call& PhaseWriter::Ask(const Actor& actor, const std::string& school_id,
                       const google::protobuf::Message& command) {
  const Named& named = NameOf(command.GetDescriptor());
  Call& call = *phase_->add_calls();
  call.set_service(named.service);
  call.set_command(named.command);
  command.SerializeToString(call.mutable_body());
  call.set_school_id(school_id);
  call.set_district_id(actor.district_id);
  call.set_role(actor.role);
  call.set_person_id(actor.person_id);
  call.set_request_id(dice_.Uuid(Topic::kRequest, next_request_++));
  call.set_capture_method("app");
  Count(call);
  return call;
}

void PhaseWriter::Refused(Call& call, const std::string& rule, const std::string& reason) {
  call.mutable_expect()->set_rule(rule);
  call.mutable_expect()->set_reason(reason);
  ++answers_.refusals[{rule, reason, call.district_id()}];
}

void PhaseWriter::SameRequest(const Call& call) {
  *phase_->add_calls() = call;
  Count(call);
  ++answers_.repeats_of_request;
}

void PhaseWriter::SameCommand(const Call& call) {
  Call& again = *phase_->add_calls();
  again = call;
  again.set_request_id(dice_.Uuid(Topic::kRequest, next_request_++));
  Count(call);
  ++answers_.repeats_of_command;
}

}  // namespace afterbell::citygen
