#include "services/platform/decider/decider.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace afterbell {
namespace {

constexpr char kFieldPayload[] = "afterbell.field";

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

}  // namespace

SharedEvents::~SharedEvents() { Forget(); }

void SharedEvents::Forget() { delete parsed_.exchange(nullptr); }

void SharedEvents::Set(const google::protobuf::Descriptor* kind, ParsedEvents events) {
  delete parsed_.exchange(new Parsed{kind, std::move(events)});
}

void SharedEvents::TakeOver(SharedEvents* other) {
  delete parsed_.exchange(other->parsed_.exchange(nullptr));
}

const ParsedEvents* SharedEvents::As(const google::protobuf::Message& kind,
                                     const log::v1::Commit& commit) const {
  const Parsed* parsed = parsed_.load(std::memory_order_acquire);
  if (parsed == nullptr) {
    auto made = std::make_unique<Parsed>();
    made->kind = kind.GetDescriptor();
    made->events.reserve(commit.events_size());
    for (const std::string& bytes : commit.events()) {
      std::unique_ptr<google::protobuf::Message> event(kind.New());
      if (!event->ParseFromString(bytes)) event = nullptr;
      made->events.push_back(std::move(event));
    }
    // Two at once: one of them is kept, for both.
    if (parsed_.compare_exchange_strong(parsed, made.get(), std::memory_order_acq_rel))
      parsed = made.release();
  }
  return parsed->kind == kind.GetDescriptor() ? &parsed->events : nullptr;
}

log::v1::RecordId Recorded::Id() const {
  log::v1::RecordId id;
  id.set_service(std::string(service));
  id.set_partition(partition);
  id.set_index(commit.index());
  return id;
}

absl::Status InvalidField(std::string_view field, std::string_view value, std::string_view expected) {
  absl::Status status =
      absl::InvalidArgumentError(absl::StrCat(View(field), ": '", View(value), "' is not ", View(expected)));
  status.SetPayload(kFieldPayload, absl::Cord(View(field)));
  return status;
}

absl::Status Unknown(std::string_view kind, std::string_view id) {
  return absl::NotFoundError(absl::StrCat(View(kind), " '", View(id), "' is not known here"));
}

std::string FieldOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kFieldPayload);
  return payload ? std::string(*payload) : std::string();
}

void SetDeadline(DeadlineRows rows, Micros at, std::string_view name, std::string_view entity) {
  rows.Put(kDeadlines, {key::Instant(at), key::Word(name), key::Rest(entity)});
}

void ClearDeadline(DeadlineRows rows, Micros at, std::string_view name, std::string_view entity) {
  rows.Erase(kDeadlines, {key::Instant(at), key::Word(name), key::Rest(entity)});
}

bool HasDeadline(const Rows& rows, Micros at, std::string_view name, std::string_view entity) {
  return rows.Has(kDeadlines, {key::Instant(at), key::Word(name), key::Rest(entity)});
}

std::string_view EntityPart(std::string_view entity, int place) {
  for (; place > 0; --place) {
    const size_t slash = entity.find('/');
    if (slash == std::string_view::npos) return {};
    entity.remove_prefix(slash + 1);
  }
  return entity.substr(0, entity.find('/'));
}

}  // namespace afterbell
