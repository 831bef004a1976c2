// A disk that says it has synced and has not. While the machine runs nobody notices; PowerCut then
// takes what was not written back by itself. It is what the checker must find out.
//
// Threads: any.
#ifndef AFTERBELL_TESTS_FAULT_LYING_STORAGE_H_
#define AFTERBELL_TESTS_FAULT_LYING_STORAGE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "services/platform/log/embedded/storage.h"

namespace afterbell::fault {

class LyingStorage final : public Storage {
 public:
  // Every so many syncs a kernel that has time writes back what lies around.
  static constexpr int kWriteBackEvery = 32;

  // Notes in the file `ledger` what was written and not written back.
  explicit LyingStorage(const std::string& ledger);
  ~LyingStorage() override;

  absl::StatusOr<std::unique_ptr<StorageFile>> Open(const std::string& path) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status SyncDirectory(const std::string& directory) override;

  // All that was written until now survives.
  void WriteBack();

  // What the ledger names is zero from here on. To be called when the process that wrote is dead.
  static absl::Status PowerCut(const std::string& ledger);

 private:
  class File;

  struct Ledger;
  const std::shared_ptr<Ledger> ledger_;
  const std::shared_ptr<Storage> disk_ = UnsyncedStorage();
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_LYING_STORAGE_H_
