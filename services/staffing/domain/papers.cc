#include "services/staffing/domain/papers.h"

#include "services/platform/reference/reference.h"

namespace afterbell::staffing {
namespace {

absl::Status CheckPersonAndSchool(const Situation& s, std::string_view person_id,
                                  std::string_view school_id) {
  if (!reference::Person(s.rows, person_id)) return Unknown("person", person_id);
  if (!school_id.empty() && !reference::School(s.rows, school_id)) return Unknown("school", school_id);
  return CheckSelf(s, person_id);
}

}  // namespace

void EvolvePapers(const Recorded&, const StaffingEvent& event, StateRows rows) {
  if (event.event_case() != StaffingEvent::kTrainingCompleted) return;
  const auto& completed = event.training_completed();
  rows.Put(kTrainings,
           {completed.person_id(), key::Word(completed.course_code()), key::Date(completed.on())});
}

Decision<StaffingEvent> DecideSignPledge(const Situation& s, const v1::SignPledge& command) {
  AFTERBELL_RETURN_IF_ERROR(CheckPersonAndSchool(s, command.person_id(), command.school_id()));
  if (!reference::Term(s.rows, command.term_id())) return Unknown("term", command.term_id());
  const auto signed_already =
      s.rows.Get(reference::kPledges, {command.person_id(), command.school_id(), command.term_id()});
  if (signed_already && signed_already->text_hash() == command.text_hash()) return {};

  StaffingEvent event;
  v1::PledgeSigned& pledge = *event.mutable_pledge_signed();
  pledge.set_person_id(command.person_id());
  pledge.set_school_id(command.school_id());
  pledge.set_term_id(command.term_id());
  pledge.set_text_hash(command.text_hash());
  return std::vector{event};
}

Decision<StaffingEvent> DecideSignContract(const Situation& s, const v1::SignContract& command) {
  AFTERBELL_RETURN_IF_ERROR(CheckPersonAndSchool(s, command.person_id(), command.school_id()));
  const auto before = s.rows.Get(reference::kContracts, {command.person_id(), command.school_id()});
  if (before && before->text_hash() == command.text_hash() && before->from_on() == command.from_on() &&
      before->to_on() == command.to_on() && before->pay_fen() == command.pay_fen()) {
    return {};
  }
  if (command.to_on() < command.from_on())
    return InvalidField("to_on", command.to_on(), "a date not before from_on");
  if (command.pay_fen() < 0) return InvalidField("pay_fen", std::to_string(command.pay_fen()), "0 or more");

  StaffingEvent event;
  v1::ContractSigned& contract = *event.mutable_contract_signed();
  contract.set_person_id(command.person_id());
  contract.set_school_id(command.school_id());
  contract.set_text_hash(command.text_hash());
  contract.set_pay_fen(command.pay_fen());
  contract.set_from_on(command.from_on());
  contract.set_to_on(command.to_on());
  return std::vector{event};
}

Decision<StaffingEvent> DecideCompleteTraining(const Situation& s, const v1::CompleteTraining& command) {
  AFTERBELL_RETURN_IF_ERROR(CheckPersonAndSchool(s, command.person_id(), ""));
  if (s.rows.Has(kTrainings,
                 {command.person_id(), key::Word(command.course_code()), key::Date(command.on())})) {
    return {};
  }

  StaffingEvent event;
  v1::TrainingCompleted& completed = *event.mutable_training_completed();
  completed.set_person_id(command.person_id());
  completed.set_course_code(command.course_code());
  completed.set_on(command.on());
  return std::vector{event};
}

}  // namespace afterbell::staffing
