#include "services/relay/cloud_event.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/platform/base/time.h"

namespace afterbell::relay {
namespace {

using google::protobuf::internal::WireFormatLite;

// Where a consumer finds the message; the type URL, as the protobuf format of CloudEvents has it, with a
// scheme, since an attribute of this type must be absolute.
constexpr char kTypeUrl[] = "https://type.googleapis.com/";

// The message inside a serialised oneof: its one field, to the end.
std::optional<std::string_view> DataOf(std::string_view event) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(event.data()),
                                            static_cast<int>(event.size()));
  uint32_t length = 0;
  const uint32_t tag = in.ReadTag();
  if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED ||
      !in.ReadVarint32(&length) || in.CurrentPosition() + static_cast<size_t>(length) != event.size()) {
    return std::nullopt;
  }
  return event.substr(in.CurrentPosition());
}

}  // namespace

size_t CloudEvent::bytes() const {
  size_t sum = key.size() + data.size();
  for (const auto& [name, value] : headers) sum += name.size() + value.size() + 2;
  return sum;
}

std::string SourceOf(std::string_view log_id, const PartitionId& id) {
  return absl::StrCat("/afterbell/", std::string(log_id), "/", ToString(id));
}

absl::StatusOr<CloudEvents> CloudEvents::Of(std::string_view service) {
  auto reader = replay::EventReader::Of(service);
  if (!reader.ok()) return reader.status();
  return CloudEvents(*std::move(reader));
}

absl::StatusOr<CloudEvent> CloudEvents::Make(const std::string& source, const log::v1::Commit& commit,
                                             int position) const {
  const std::string_view event = commit.events(position);
  const int ordinal = position + 1;
  const std::string place = absl::StrCat(source, " ", commit.index(), ".", ordinal);
  const std::string type(reader_.FullNameOf(event));
  if (type.empty()) {
    return absl::UnimplementedError(
        absl::StrCat(place, ": an event this program does not know (", reader_.TypeOf(event), ")"));
  }
  const auto data = DataOf(event);
  if (!data) return absl::DataLossError(absl::StrCat(place, ": not one event"));

  CloudEvent made;
  made.key = commit.school_id().empty() ? kCommonsKey : commit.school_id();
  made.data = *data;
  const auto add = [&made](std::string_view name, std::string value) {
    if (!value.empty()) made.headers.emplace_back(name, std::move(value));
  };
  add("ce_specversion", "1.0");
  add("ce_id", absl::StrCat(commit.index(), ".", ordinal));
  add("ce_source", source);
  add("ce_type", type);
  add("ce_time", InstantText(MicrosOf(commit.recorded_at())));
  add("ce_subject", commit.school_id().empty() ? commit.district_id() : commit.school_id());
  add("ce_dataschema", kTypeUrl + type);
  add("content-type", "application/protobuf");
  add("ce_kind", log::v1::EventKind_Name(reader_.KindOf(event)));
  add("ce_district", commit.district_id());
  add("ce_index", absl::StrCat(commit.index()));
  add("ce_ordinal", absl::StrCat(ordinal));
  add("ce_events", absl::StrCat(commit.events_size()));
  if (commit.has_occurred_at()) add("ce_occurredat", InstantText(MicrosOf(commit.occurred_at())));
  add("ce_servicedate", commit.service_date());
  return made;
}

}  // namespace afterbell::relay
