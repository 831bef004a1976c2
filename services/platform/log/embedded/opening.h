// From a directory to a catalog: which segments there are, whether they fit together, and what the
// last one holds.
//
// Threads: one at a time.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_OPENING_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_OPENING_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/embedded/catalog.h"
#include "services/platform/log/embedded/frame.h"
#include "services/platform/log/embedded/segment_reader.h"

namespace afterbell::embedded {

// Fills the catalog with the closed segments, and sets the last one as the active one, of which
// nothing is read yet. An empty directory leaves the catalog empty.
absl::Status ReadSegments(const std::string& directory, Catalog* catalog);

// Reads on in the active segment. All its valid frames when `writable`, else those that are proven
// durable or, as nobody writes there any more, lie below `closed_end`. Returns the garbage behind
// them; DATA_LOSS when something durable is missing there.
absl::StatusOr<uint64_t> ReadActive(Catalog* catalog, bool writable, std::optional<uint64_t> closed_end);

// Read only: reads on in the active segment and in those begun since.
absl::Status ReadOn(const std::string& directory, Catalog* catalog);

// Removes what a crash left half-made: files under a temporary name, and an index of the segment
// that is active (left when the segments behind it were not copied).
void RemoveLeftovers(const std::string& directory, const Catalog& catalog);

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_OPENING_H_
