#include "services/registry/domain/class.h"

#include "services/platform/reference/reference.h"
#include "services/registry/domain/tables.h"

namespace afterbell::registry {
namespace {

template <class List>
bool Contains(const List& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

void EvolveClass(std::string_view school_id, const v1::ClassOpened& event, StateRows rows) {
  rows.Put(kClasses, {school_id, event.class_id()}, event);
}

Decided DecideOpenClass(const Situation& s, const v1::OpenClass& command) {
  v1::RegistryEvent event;
  v1::ClassOpened& opened = *event.mutable_class_opened();
  opened.set_class_id(command.class_id());
  opened.set_grade(command.grade());
  opened.set_stage(command.stage());
  opened.set_code(command.code());
  opened.set_school_year(command.school_year());

  const auto known = s.rows.Get(kClasses, {s.context.school_id, command.class_id()});
  if (auto decided = IfKnown(known, opened, "ENR-02", command.class_id())) return *decided;
  const auto school = reference::School(s.rows, s.context.school_id);
  if (!school) return Unknown("school", s.context.school_id);
  if (!Contains(school->stages(), command.stage())) {
    return Refused{"ENR-02", "GRADE_NOT_IN_SCHOOL", command.class_id(), absl::StrJoin(school->stages(), ","),
                   command.stage()};
  }
  if (!Contains(school->grades(), command.grade())) {
    return Refused{"ENR-02", "GRADE_NOT_IN_SCHOOL", command.class_id(), absl::StrJoin(school->grades(), ","),
                   command.grade()};
  }
  return One(std::move(event));
}

}  // namespace afterbell::registry
