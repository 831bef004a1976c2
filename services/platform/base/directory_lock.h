// A folder that one process at a time may use: flock on <directory>/LOCK while this lives. A process that
// dies lets go; two machines that share a folder do not see each other's locks.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_DIRECTORY_LOCK_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_DIRECTORY_LOCK_H_

#include <string>

#include "absl/status/statusor.h"

namespace afterbell {

class DirectoryLock {
 public:
  // The folder must exist. UNAVAILABLE, naming it, when somebody else holds it.
  static absl::StatusOr<DirectoryLock> Take(const std::string& directory);
  DirectoryLock() = default;
  ~DirectoryLock();
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;

 private:
  int fd_ = -1;
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_DIRECTORY_LOCK_H_
