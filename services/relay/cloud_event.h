// An event as others read it: CloudEvents 1.0 in the binary mode of the Kafka protocol binding. Attributes
// are headers, the value is the single event message as it was recorded, byte for byte.
//
// There is no CloudEvents library for C++ in Debian, and the binary mode is these headers.
//
// Identity: source "/afterbell/<log id>/attendance/17" and id "<index>.<ordinal>" (ordinals count from 1
// within their record) name an event for ever, so whoever reads it twice can tell.
//
// Threads: constant once made.
#ifndef AFTERBELL_SERVICES_RELAY_CLOUD_EVENT_H_
#define AFTERBELL_SERVICES_RELAY_CLOUD_EVENT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "afterbell/log/v1/log.pb.h"
#include "services/platform/log/log.h"
#include "services/platform/replay/events.h"

namespace afterbell::relay {

// The key of what no single school is named for: the commons, and what follows from it in a partition of
// schools.
inline constexpr char kCommonsKey[] = "commons";

struct CloudEvent {
  std::string key;
  std::string_view data;  // Of the Commit it was made of.
  std::vector<std::pair<std::string_view, std::string>> headers;

  size_t bytes() const;  // As Kafka counts them, roughly.
};

// Of whose log a partition is: the beginning of every identity, and made only here. The log id is the
// chain's.
std::string SourceOf(std::string_view log_id, const PartitionId& id);

class CloudEvents {
 public:
  // NOT_FOUND for a service whose events are not linked into the program.
  static absl::StatusOr<CloudEvents> Of(std::string_view service);

  // The event of a Commit at `position` (from 0). DATA_LOSS for bytes that are not one event, UNIMPLEMENTED
  // for one this program does not know: passing over it would lose it for everybody.
  absl::StatusOr<CloudEvent> Make(const std::string& source, const log::v1::Commit& commit,
                                  int position) const;

 private:
  explicit CloudEvents(replay::EventReader reader) : reader_(std::move(reader)) {}

  replay::EventReader reader_;
};

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_CLOUD_EVENT_H_
