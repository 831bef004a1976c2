// Readers behind the window: cursors that fetch ahead of them, few and bounded.
//
// librdkafka fetches a partition at one place per client, so there are as many clients as cursors of one
// partition may be, and a cursor takes the first that does not have its partition yet. A cursor is
// dropped when its readers have reached the window, or when nobody has read it for a while; when all
// are taken, the one unread for longest is taken over, but not one that is being read.
//
// Threads: Want and Stop from any thread; the rest happens on the catch-up's own.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CATCH_UP_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CATCH_UP_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "services/platform/log/kafka/fetcher.h"
#include "services/platform/log/kafka/partition.h"

namespace afterbell::kafka {

class CatchUp {
 public:
  explicit CatchUp(const KafkaLogOptions& options);
  ~CatchUp() { Stop(); }

  // A partition has wants, or a cursor that may need something.
  void Want(Partition* partition);
  void Stop();

  uint64_t cursors_opened() const { return opened_; }

 private:
  struct Active {
    Partition* partition;
    std::shared_ptr<Cursor> cursor;
    size_t fetcher;
  };
  using Actives = std::list<Active>;

  void Work();
  void Tend();
  bool TendOne(Active& active);  // False: it is done with.
  void Serve(Partition* partition);
  bool Open(Partition* partition, const Partition::Want& want);
  // A fetcher without this partition, made if there may be one more; -1: none.
  int FetcherFor(Partition* partition);
  bool MakeRoom(Partition* partition, bool of_this_only, Clock::time_point since);
  void Drop(Actives::iterator active);
  bool StartFetching(Active& active, uint64_t from);
  void StopFetching(Active& active);
  void ReplaceFetcher(size_t number);

  const KafkaLogOptions& options_;
  std::vector<std::unique_ptr<Fetcher>> fetchers_;  // Of the thread, as are the next two.
  Actives actives_;
  std::set<Partition*> unserved_;
  std::atomic<uint64_t> opened_{0};

  std::mutex mutex_;
  std::condition_variable wanted_;
  std::set<Partition*> wanting_;  // Guarded by mutex_, as is the rest.
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace afterbell::kafka

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_CATCH_UP_H_
