// How to open an embedded log: where, how durable, and every limit by its name.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_OPTIONS_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "services/platform/log/embedded/storage.h"

namespace afterbell {

struct EmbeddedLogOptions {
  enum class Durability {
    kDisk,              // The only one to keep a city's records with.
    kUnsynced,          // Never waits for the disk: survives the process, not the machine.
    kUnsyncedInMemory,  // Tests: a kill loses all that was not synced, as a power cut may.
  };

  std::string directory;                         // Made if missing, unless read_only.
  uint64_t segment_bytes = 64 << 20;             // Preallocated. A larger single Append gets a larger one.
  uint64_t value_bytes_max = 4 << 20;            // INVALID_ARGUMENT above.
  uint64_t group_commit_bytes_max = 8 << 20;     // Taken from the queue for one sync (one Append at least).
  uint64_t append_bytes_waiting_max = 64 << 20;  // Append waits above; a larger Append is INVALID_ARGUMENT.
  size_t segments_mapped_max = 64;               // Closed segments kept mapped for readers.
  // For tools, on a copy or on a log in use: takes no lock, repairs nothing, writes nothing, and
  // sees what the files prove to be durable. Append is FAILED_PRECONDITION.
  bool read_only = false;
  Durability durability = Durability::kDisk;
  std::shared_ptr<Storage> storage;  // For tests; wins over `durability`.
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_OPTIONS_H_
