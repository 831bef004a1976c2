#include "services/registry/domain/person.h"

#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"

namespace afterbell::registry {
namespace {

// Whether people of that kind are registered there.
bool BelongsIn(v1::PersonKind kind, bool at_school) {
  switch (kind) {
    case v1::PUPIL:
    case v1::GUARDIAN:
      return at_school;
    case v1::STAFF:
      return true;
    case v1::OUTSIDER:
    case v1::OFFICIAL:
      return !at_school;
    default:
      return false;
  }
}

}  // namespace

RowPtr<v1::PersonRegistered> PersonHere(const Rows& rows, std::string_view school_id,
                                        std::string_view person_id) {
  if (auto here = rows.Get(kPeople, {school_id, person_id})) return here;
  return reference::Person(rows, person_id);
}

void EvolvePerson(std::string_view school_id, const v1::PersonRegistered& event, StateRows rows) {
  rows.Put(kPeople, {school_id, event.person_id()}, event);
}

void EvolveGuardianship(std::string_view school_id, const v1::GuardianshipRecorded& event, StateRows rows) {
  rows.Put(kGuardians, {school_id, event.pupil_id(), event.guardian_id()}, event);
}

Decided DecideRegisterPerson(const Situation& s, const v1::RegisterPerson& command) {
  const std::string& school_id = s.context.school_id;
  const bool at_school = !school_id.empty();
  const auto known = at_school ? s.rows.Get(kPeople, {school_id, command.person_id()})
                               : reference::Person(s.rows, command.person_id());
  if (known) {
    // A text sealed twice has other bytes each time, so it is not compared.
    if (known->kind() == command.kind() && known->class_id() == command.class_id()) return Quiet();
    return Refused{"REF-37", "WRONG_STATE", command.person_id(), "not registered",
                   "registered with other contents"};
  }
  if (!BelongsIn(command.kind(), at_school)) {
    return InvalidField(
        "kind", v1::PersonKind_Name(command.kind()),
        at_school ? "PUPIL, GUARDIAN or STAFF at a school" : "STAFF, OUTSIDER or OFFICIAL in the commons");
  }
  if (at_school && !reference::School(s.rows, school_id)) return Unknown("school", school_id);
  if (!command.class_id().empty()) {
    if (command.kind() != v1::PUPIL)
      return InvalidField("class_id", command.class_id(), "left out: only pupils have one");
    if (!s.rows.Has(kClasses, {school_id, command.class_id()})) return Unknown("class", command.class_id());
  }
  v1::RegistryEvent event;
  v1::PersonRegistered& person = *event.mutable_person_registered();
  person.set_person_id(command.person_id());
  person.set_kind(command.kind());
  person.set_sealed_identity(command.sealed_identity());
  person.set_class_id(command.class_id());
  return One(std::move(event));
}

Decided DecideRecordGuardianship(const Situation& s, const v1::RecordGuardianship& command) {
  v1::RegistryEvent event;
  v1::GuardianshipRecorded& held = *event.mutable_guardianship_recorded();
  held.set_pupil_id(command.pupil_id());
  held.set_guardian_id(command.guardian_id());
  held.set_relation(command.relation());
  held.set_from_on(command.from_on());

  const std::string& school_id = s.context.school_id;
  const auto known = s.rows.Get(kGuardians, {school_id, held.pupil_id(), held.guardian_id()});
  if (auto decided = IfKnown(known, held, "ENR-02", held.pupil_id())) return *decided;
  const auto pupil = s.rows.Get(kPeople, {school_id, held.pupil_id()});
  if (!pupil || pupil->kind() != v1::PUPIL) return Unknown("pupil", held.pupil_id());
  // A guardian may be a teacher of the town too; a pupil is nobody's guardian.
  const auto guardian = PersonHere(s.rows, school_id, held.guardian_id());
  if (!guardian || guardian->kind() == v1::PUPIL) return Unknown("guardian", held.guardian_id());
  return One(std::move(event));
}

}  // namespace afterbell::registry
