#include "tests/consumers/probe.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/platform/reference/reference.h"
#include "services/platform/runtime/record.h"

namespace afterbell::consumers {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A number that no contract has yet: the greatest there is.
constexpr int kNobodysNumber = 536870911;
// The index of the probed record; those before it are in the rows.
constexpr uint64_t kProbedIndex = 1000;

bool IsLeaf(const FieldDescriptor* field) {
  return field->message_type() == nullptr || field->message_type()->file()->package() == "google.protobuf";
}

// visit(path, fields) of every leaf, where `fields` lead to it; a type within itself is one too.
template <class Visit>
void ForEachLeaf(const Descriptor* type, const std::string& prefix, std::vector<const FieldDescriptor*> way,
                 const Visit& visit) {
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    std::vector<const FieldDescriptor*> here = way;
    here.push_back(field);
    const bool within_itself = std::any_of(way.begin(), way.end(), [&](const FieldDescriptor* outer) {
      return outer->message_type() == field->message_type();
    });
    if (IsLeaf(field) || within_itself || field->message_type()->field_count() == 0) {
      visit(prefix + field->name(), here);
    } else {
      ForEachLeaf(field->message_type(), prefix + field->name() + ".", here, visit);
    }
  }
}

bool IsDateName(const std::string& name) {
  return name == "on" || absl::EndsWith(name, "_on") || absl::EndsWith(name, "date") ||
         absl::StartsWith(name, "effective_") || absl::StartsWith(name, "valid_");
}

// Different dates for different names, in an order that makes spans.
int DaysOf(const std::string& name) {
  if (absl::StrContains(name, "from") || absl::StrContains(name, "first")) return 0;
  if (name == "effective_on") return 10;
  if (absl::StrContains(name, "last")) return 16;
  if (absl::StrContains(name, "to")) return 20;
  return 4;
}

// Fills messages: `word` says which of each enum's, and which member of each oneof.
class Filler {
 public:
  explicit Filler(int word) : word_(word) {}

  void Fill(Message* message, int nesting = 0) const {
    const Descriptor* type = message->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const auto* oneof = field->real_containing_oneof();
      if (oneof != nullptr && field->index_in_oneof() != word_ % oneof->field_count()) continue;
      if (IsLeaf(field)) {
        Set(field, 0, message);
      } else if (nesting < 3) {
        Fill(Within(field, message), nesting + 1);
      }
    }
  }

  // Sets a leaf, or adds to it if it is repeated. Another `choice` is another value.
  void Set(const FieldDescriptor* field, int choice, Message* message) const {
    const Reflection* reflection = message->GetReflection();
    const bool many = field->is_repeated();
// One line a type: reflection has a method for each, and another for elements.
#define AFTERBELL_FILL(CPPTYPE, Type, value)                                                                \
  case FieldDescriptor::CPPTYPE:                                                                            \
    many ? reflection->Add##Type(message, field, (value)) : reflection->Set##Type(message, field, (value)); \
    return;
    switch (field->cpp_type()) {
      AFTERBELL_FILL(CPPTYPE_INT32, Int32, 7 + choice)
      AFTERBELL_FILL(CPPTYPE_INT64, Int64, 7 + choice)
      AFTERBELL_FILL(CPPTYPE_UINT32, UInt32, 7 + choice)
      AFTERBELL_FILL(CPPTYPE_UINT64, UInt64, 7 + choice)
      AFTERBELL_FILL(CPPTYPE_DOUBLE, Double, 7 + choice)
      AFTERBELL_FILL(CPPTYPE_FLOAT, Float, 7 + choice)
      AFTERBELL_FILL(CPPTYPE_BOOL, Bool, choice == 0)
      AFTERBELL_FILL(CPPTYPE_ENUM, EnumValue, Word(field, choice))
      AFTERBELL_FILL(CPPTYPE_STRING, String, Text(field, choice))
      case FieldDescriptor::CPPTYPE_MESSAGE:
        SetMessage(many ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field),
                   choice);
        return;
    }
#undef AFTERBELL_FILL
  }

  // An instant; of a type within itself it is enough that there is one.
  static void SetMessage(Message* message, int choice) {
    if (message->GetDescriptor()->full_name() != "google.protobuf.Timestamp") return;
    message->ParseFromString(
        TimestampOf(InstantOf("2026-09-03", choice == 0 ? "16:00" : "17:00")).SerializeAsString());
  }

  // The message a field holds; of several the first.
  static Message* Within(const FieldDescriptor* field, Message* message) {
    const Reflection* reflection = message->GetReflection();
    if (!field->is_repeated()) return reflection->MutableMessage(message, field);
    return reflection->FieldSize(*message, field) > 0 ? reflection->MutableRepeatedMessage(message, field, 0)
                                                      : reflection->AddMessage(message, field);
  }

 private:
  int Word(const FieldDescriptor* field, int choice) const {
    const int words = field->enum_type()->value_count() - 1;
    return words == 0 ? 0 : field->enum_type()->value(1 + (word_ + choice) % words)->number();
  }

  static std::string Text(const FieldDescriptor* field, int choice) {
    const std::string& name = field->name();
    if (IsDateName(name)) return AddDays("2026-09-03", DaysOf(name) + 2 * choice);
    if (name == "month") return choice == 0 ? "2026-09" : "2026-10";
    return absl::StrCat(name, "-", choice);
  }

  const int word_;
};

int WordsOf(const Descriptor* type) {
  int words = 1;
  ForEachLeaf(type, "", {}, [&](const std::string&, const std::vector<const FieldDescriptor*>& way) {
    if (way.back()->enum_type() != nullptr)
      words = std::max(words, way.back()->enum_type()->value_count() - 1);
    for (const FieldDescriptor* field : way) {
      if (field->real_containing_oneof())
        words = std::max(words, field->real_containing_oneof()->field_count());
    }
  });
  return words;
}

std::unique_ptr<Message> Sample(const Producer& producer, const FieldDescriptor* member, int word) {
  std::unique_ptr<Message> event(producer.event->New());
  Filler(word).Fill(Filler::Within(member, event.get()));
  return event;
}

// Events that differ from the sample in one leaf: another value, and none.
std::vector<std::string> Changed(const Message& sample, const FieldDescriptor* member, int word,
                                 const std::vector<const FieldDescriptor*>& way) {
  std::vector<std::string> changed;
  for (const bool clear : {false, true}) {
    const std::unique_ptr<Message> event(sample.New());
    event->CopyFrom(sample);
    Message* message = Filler::Within(member, event.get());
    for (size_t i = 0; i + 1 < way.size(); ++i) message = Filler::Within(way[i], message);
    if (clear) {
      message->GetReflection()->ClearField(message, way.back());
    } else {
      Filler(word).Set(way.back(), 1, message);
    }
    changed.push_back(event->SerializeAsString());
  }
  return changed;
}

std::string WithUnknownField(const Message& sample, const FieldDescriptor* member) {
  const std::unique_ptr<Message> event(sample.New());
  event->CopyFrom(sample);
  Message* message = Filler::Within(member, event.get());
  message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(kNobodysNumber, "later");
  return event->SerializeAsString();
}

// What makes the reactions speak that ask policy whether to.
void PutPolicy(AllRows rows) {
  policy::v1::ParameterValue value;
  value.set_key("notice_before_collecting");
  value.set_value_id("asked");
  value.mutable_value()->set_flag(true);
  rows.Put(policy::kValues, {key::Word(value.key()), value.value_id()}, value);
}

}  // namespace

const std::vector<Producer>& Producers() {
  static const auto* const kProducers = new std::vector<Producer>{
      {"registry", &registry::v1::RegistryEvent::default_instance()},
      {"enrollment", &enrollment::v1::EnrollmentEvent::default_instance()},
      {"attendance", &attendance::v1::AttendanceEvent::default_instance()},
      {"staffing", &staffing::v1::StaffingEvent::default_instance()},
      {"billing", &billing::v1::BillingEvent::default_instance()},
      {"inspection", &inspection::v1::InspectionEvent::default_instance()},
  };
  return *kProducers;
}

Consumer ConsumerOf(const Service& service) {
  return {std::string(service.name()),
          [&service](const Recorded& foreign, RowSink& rows) {
            // What the runtime passes unread makes no rows.
            if (Concerns(service, foreign.service, foreign.commit)) service.Fold(foreign, rows);
          },
          [&service](const Situation& situation, const Recorded& cause) -> std::vector<std::string> {
            const bool hears =
                service.Hears(cause.service, cause.partition == 0, EventNumberOf(cause.commit.events(0)));
            return hears ? service.React(situation, cause) : std::vector<std::string>();
          }};
}

Consumer CommonsConsumer() {
  return {"reference", [](const Recorded& foreign, RowSink& rows) { reference::FoldCommons(foreign, rows); },
          [](const Situation&, const Recorded& cause) { return reference::ParametersSet(cause); }};
}

bool Probe::Outcome::TellsAsMuchAs(const Outcome& other) const {
  return commands == other.commands &&
         std::equal(rows.begin(), rows.end(), other.rows.begin(), other.rows.end(),
                    [](const auto& row, const auto& another) { return row.first == another.first; });
}

Probe::Probe(const Consumer& consumer, const Producer& producer) : consumer_(consumer), producer_(producer) {}

void Probe::FoldInto(const std::string& service, const std::string& event, uint64_t index,
                     RowSink& rows) const {
  log::v1::Commit commit;
  commit.set_index(index);
  commit.set_school_id("school_id-0");
  commit.add_events(event);
  consumer_.fold(Recorded{commit, service, 1}, rows);
}

std::vector<MemoryRows> Probe::RowsBefore(const FieldDescriptor* member) const {
  MemoryRows none, others;
  PutPolicy(none);
  PutPolicy(others);
  uint64_t index = 0;
  for (const Producer& other : Producers()) {
    if (other.name == producer_.name || other.name == consumer_.name) continue;
    const auto* oneof = other.event->GetDescriptor()->oneof_decl(0);
    for (int i = 0; i < oneof->field_count(); ++i) {
      const std::string event = Sample(other, oneof->field(i), 0)->SerializeAsString();
      FoldInto(other.name, event, ++index, others);
      log::v1::Commit commons;
      commons.add_events(event);
      reference::FoldCommons(Recorded{commons, other.name, 0}, others);
    }
  }
  MemoryRows until = others;
  const auto* oneof = producer_.event->GetDescriptor()->oneof_decl(0);
  for (int i = 0; i < member->index_in_oneof(); ++i) {
    FoldInto(producer_.name, Sample(producer_, oneof->field(i), 0)->SerializeAsString(), ++index, until);
  }
  MemoryRows through = until;
  FoldInto(producer_.name, Sample(producer_, member, 0)->SerializeAsString(), ++index, through);
  return {none, others, until, through};
}

Probe::Outcome Probe::Follow(const MemoryRows& before, const std::string& event) const {
  MemoryRows rows = before;
  FoldInto(producer_.name, event, kProbedIndex, rows);
  log::v1::Commit commit;
  commit.set_index(kProbedIndex);
  commit.set_school_id("school_id-0");
  commit.add_events(event);
  const Recorded cause{commit, producer_.name, 1};
  Context context;
  context.school_id = commit.school_id();
  context.cause = cause.Id();
  policy::Policy policy(rows);
  return {rows.all(), consumer_.react(Situation{context, rows, policy}, cause)};
}

Dependence Probe::Of(const FieldDescriptor* member) const {
  Dependence dependence;
  const std::vector<MemoryRows> befores = RowsBefore(member);
  for (int word = 0; word < WordsOf(member->message_type()); ++word) {
    const std::unique_ptr<Message> sample = Sample(producer_, member, word);
    for (const MemoryRows& before : befores) {
      const Outcome outcome = Follow(before, sample->SerializeAsString());
      dependence.unknown |= !(Follow(before, WithUnknownField(*sample, member)) == outcome);
      ForEachLeaf(member->message_type(), "", {}, [&](const std::string& path, const auto& way) {
        if (dependence.told.count(path) != 0) return;
        for (const std::string& changed : Changed(*sample, member, word, way)) {
          const Outcome other = Follow(before, changed);
          if (!(other == outcome)) dependence.fields.insert(path);
          if (!other.TellsAsMuchAs(outcome)) dependence.told.insert(path);
        }
      });
    }
  }
  return dependence;
}

bool Probe::IgnoresAnEventNobodyKnows() const {
  const std::unique_ptr<Message> event(producer_.event->New());
  event->GetReflection()->MutableUnknownFields(event.get())->AddLengthDelimited(kNobodysNumber, "later");
  const auto* oneof = producer_.event->GetDescriptor()->oneof_decl(0);
  for (const MemoryRows& before : RowsBefore(oneof->field(oneof->field_count() - 1))) {
    if (!(Follow(before, event->SerializeAsString()) == Outcome{before.all(), {}})) return false;
  }
  return true;
}

bool Probe::BearsAFieldNobodyKnows(const FieldDescriptor* member) const {
  for (const MemoryRows& before : RowsBefore(member)) {
    const std::unique_ptr<Message> sample = Sample(producer_, member, 0);
    const Outcome without = Follow(before, sample->SerializeAsString());
    const Outcome with = Follow(before, WithUnknownField(*sample, member));
    if (!with.TellsAsMuchAs(without)) return false;
  }
  return true;
}

}  // namespace afterbell::consumers
