#include "services/platform/replay/events.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace afterbell::replay {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kTellApart[] = {"period", "month", "phase", "on", "date"};

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::vector<const FieldDescriptor*> SubjectFields(const Descriptor& type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count() && fields.empty(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (!field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING &&
        EndsWith(field->name(), "_id")) {
      fields.push_back(field);
    }
  }
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->is_repeated() || field->type() == FieldDescriptor::TYPE_MESSAGE) continue;
    const bool tells =
        std::find(std::begin(kTellApart), std::end(kTellApart), field->name()) != std::end(kTellApart);
    // What is about a pupil of a session is about the pupil too.
    if (tells || (field->name() == "pupil_id" && !fields.empty() && fields[0] != field))
      fields.push_back(field);
  }
  return fields;
}

// One field as text; of a repeated one the whole list.
std::string FieldText(const Message& message, const FieldDescriptor& field) {
  std::string text;
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  if (!field.is_repeated()) {
    if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) return text;
    printer.PrintFieldValueToString(message, &field, -1, &text);
    return text;
  }
  const int size = message.GetReflection()->FieldSize(message, &field);
  for (int i = 0; i < size; ++i) {
    std::string element;
    printer.PrintFieldValueToString(message, &field, i, &element);
    absl::StrAppend(&text, i == 0 ? "" : ", ", element);
  }
  return text;
}

// The number of the first field in a serialised message; 0 for none.
uint32_t FirstField(std::string_view bytes) {
  uint32_t tag = 0;
  for (size_t i = 0; i < bytes.size() && i < 5; ++i) {
    tag |= static_cast<uint32_t>(bytes[i] & 0x7f) << (7 * i);
    if ((bytes[i] & 0x80) == 0) return tag >> 3;
  }
  return 0;
}

}  // namespace

absl::StatusOr<EventReader> EventReader::Of(std::string_view service) {
  std::string message(service);
  if (!message.empty()) message[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(message[0])));
  const std::string name = absl::StrCat("afterbell.", std::string(service), ".v1.", message, "Event");
  const Descriptor* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  if (type == nullptr || type->oneof_decl_count() == 0) {
    return absl::NotFoundError(absl::StrCat(name, " is not part of this program"));
  }
  EventReader reader;
  reader.prototype_ = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
  reader.oneof_ = type->oneof_decl(0);
  for (int i = 0; i < reader.oneof_->field_count(); ++i) {
    const FieldDescriptor* field = reader.oneof_->field(i);
    const Descriptor& event = *field->message_type();
    reader.types_[field->number()] = {event.options().GetExtension(log::v1::event_kind), event.name(),
                                      event.full_name(), SubjectFields(event)};
  }
  return reader;
}

const EventReader::Type* EventReader::Find(std::string_view event) const {
  const auto found = types_.find(FirstField(event));
  return found == types_.end() ? nullptr : &found->second;
}

std::unique_ptr<Message> EventReader::Parse(std::string_view event) const {
  std::unique_ptr<Message> message(prototype_->New());
  if (!message->ParseFromArray(event.data(), static_cast<int>(event.size()))) return nullptr;
  const FieldDescriptor* field = message->GetReflection()->GetOneofFieldDescriptor(*message, oneof_);
  if (field == nullptr) return nullptr;
  std::unique_ptr<Message> inner(message->GetReflection()->ReleaseMessage(message.get(), field));
  return inner;
}

log::v1::EventKind EventReader::KindOf(std::string_view event) const {
  const Type* type = Find(event);
  return type == nullptr ? log::v1::EVENT_KIND_UNSPECIFIED : type->kind;
}

std::string EventReader::TypeOf(std::string_view event) const {
  const Type* type = Find(event);
  return type == nullptr ? absl::StrCat("field ", FirstField(event)) : type->name;
}

std::string_view EventReader::FullNameOf(std::string_view event) const {
  const Type* type = Find(event);
  return type == nullptr ? std::string_view() : type->full_name;
}

std::string EventReader::SubjectOf(std::string_view event) const {
  std::string subject = TypeOf(event);
  const Type* type = Find(event);
  const std::unique_ptr<Message> message = type == nullptr ? nullptr : Parse(event);
  if (message == nullptr)
    return absl::StrCat(subject, " ", absl::BytesToHexString(absl::string_view(event.data(), event.size())));
  for (const FieldDescriptor* field : type->subject) {
    std::string text;
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      text = message->GetReflection()->GetString(*message, field);
    } else {
      google::protobuf::TextFormat::PrintFieldValueToString(*message, field, -1, &text);
    }
    if (!text.empty()) absl::StrAppend(&subject, " ", text);
  }
  return subject;
}

std::vector<FieldDifference> EventReader::Differences(std::string_view recorded,
                                                      std::string_view again) const {
  std::vector<FieldDifference> differences;
  const std::unique_ptr<Message> a = Parse(recorded), b = Parse(again);
  if (a == nullptr || b == nullptr || a->GetDescriptor() != b->GetDescriptor()) return differences;
  const Descriptor& type = *a->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    FieldDifference difference{type.field(i)->name(), FieldText(*a, *type.field(i)),
                               FieldText(*b, *type.field(i))};
    if (difference.recorded != difference.again) differences.push_back(std::move(difference));
  }
  return differences;
}

bool EventReader::IsMoreThan(std::string_view recorded, std::string_view again) const {
  const std::unique_ptr<Message> a = Parse(recorded), b = Parse(again);
  if (a == nullptr || b == nullptr || a->GetDescriptor() != b->GetDescriptor()) return false;
  const size_t whole = a->ByteSizeLong();
  a->DiscardUnknownFields();
  if (a->ByteSizeLong() == whole) return false;
  b->DiscardUnknownFields();
  return a->SerializeAsString() == b->SerializeAsString();
}

std::string EventReader::TextOf(std::string_view event) const {
  const std::unique_ptr<Message> message = Parse(event);
  return message == nullptr ? TypeOf(event)
                            : absl::StrCat(TypeOf(event), " {", message->ShortDebugString(), "}");
}

}  // namespace afterbell::replay
