// The log thread: takes queued appends, lays their frames into the active segment, syncs once,
// publishes and answers.
//
// A group commit lies in one segment, an Append in one group commit. When the disk is full, what
// was begun is truncated away before the appends are refused, so that no later open can find it.
//
// Threads: Append and Close from any; the rest is the log thread's own.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_WRITER_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_WRITER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "services/platform/log/embedded/append_queue.h"
#include "services/platform/log/embedded/catalog.h"
#include "services/platform/log/embedded/options.h"

namespace afterbell::embedded {

class Writer {
 public:
  // `catalog` outlives the writer.
  Writer(const EmbeddedLogOptions& options, std::shared_ptr<Storage> storage, Catalog* catalog);

  // Makes the first segment, or takes over the last one, whose frames end where the catalog says:
  // cuts what lies behind when `cut`, syncs what is there. Then starts the thread.
  absl::Status Start(bool cut);
  void Append(PendingAppend append);
  // Drains the queue, joins the thread, gives preallocated room back. Once.
  void Close();

  uint64_t syncs() const { return syncs_; }
  uint64_t batches() const { return batches_; }

 private:
  struct Staged {
    PendingAppend append;
    uint64_t first_offset = 0;
    std::vector<uint32_t> positions;
  };

  void Run();
  void Stage(PendingAppend append);
  void Encode(Staged* staged);
  // Writes and syncs what is staged, publishes it, answers all of it.
  void Commit();
  absl::Status WriteFrames();
  // Forgets what is staged, on the disk too.
  void Undo();
  void Publish();

  absl::Status MakeRoom(uint64_t frame_bytes);
  absl::Status Allocate(uint64_t bytes);
  absl::Status Roll(uint64_t bytes);
  void FinishSegment();
  void WriteMark();
  void Sync();

  const EmbeddedLogOptions options_;
  const std::shared_ptr<Storage> storage_;
  Catalog* const catalog_;
  AppendQueue queue_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
  std::atomic<uint64_t> syncs_{0};
  std::atomic<uint64_t> batches_{0};

  std::unique_ptr<StorageFile> file_;
  Segment segment_;         // The active one; its `bytes` move with each commit.
  uint64_t allocated_ = 0;  // Room the file is known to have.
  uint64_t capacity_ = 0;   // Room it should have.
  std::string frames_;      // Of this commit, to be written at segment_.bytes.
  std::vector<Staged> staged_;
  std::vector<Partition*> declared_;  // In this commit.
};

}  // namespace afterbell::embedded

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_EMBEDDED_WRITER_H_
