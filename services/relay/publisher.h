// Publishes messages through one idempotent producer, and hears what became of them.
//
// Order: messages of one topic and key are written in the order in which they were given, as long as the
// client is the same. One that fails leaves a hole before its successors, so from then on the publisher is
// lost: its owner replaces the client and gives again whatever has not been acknowledged.
//
// librdkafka 2.0.2 may end an idempotent producer for good after one cut connection; that is lost, too.
//
// Threads: one, on which receipts are written (in Poll and Replace); Wake from any.
#ifndef AFTERBELL_SERVICES_RELAY_PUBLISHER_H_
#define AFTERBELL_SERVICES_RELAY_PUBLISHER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/platform/log/kafka/client.h"
#include "services/relay/cloud_event.h"
#include "services/relay/options.h"

namespace afterbell::relay {

// Of messages that belong together: how many have not been acknowledged.
struct Receipt {
  size_t outstanding = 0;
};

class Publisher {
 public:
  static absl::StatusOr<std::unique_ptr<Publisher>> Make(const RelayOptions& options);
  ~Publisher();

  // The partition goes by the key, as every client with murmur2_random has it.
  void Publish(const std::string& topic, const CloudEvent& event, const std::shared_ptr<Receipt>& receipt);
  // Into a partition of choice, without headers.
  void Put(const std::string& topic, uint32_t partition, const std::string& key, const std::string& value,
           const std::shared_ptr<Receipt>& receipt);

  // Whether so much more keeps the limits in flight. Anything does when nothing is.
  bool HasRoom(size_t messages, size_t bytes) const;
  size_t in_flight() const { return messages_; }

  // Waits for reports at most so long, or until woken, and writes them down.
  void Poll(std::chrono::milliseconds at_most);
  void Wake();

  // Nothing more will come of the client; why.
  bool lost();
  const std::string& why() const { return why_; }
  // A new client. What was in flight is forgotten: it may have been written, or yet be.
  absl::Status Replace();

  // As if librdkafka had given up.
  void BreakForTest();

  uint64_t acknowledged() const { return acknowledged_; }  // Messages, ever.
  uint64_t clients() const { return clients_; }            // Made, ever.

 private:
  struct Given;

  explicit Publisher(const RelayOptions& options) : options_(options) {}
  absl::StatusOr<std::shared_ptr<kafka::Client>> MakeClient() const;
  static void OnReport(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  void Reported(const rd_kafka_message_t& message, const Given& given);
  void Send(const std::string& topic, int32_t partition, std::string_view key, std::string_view value,
            rd_kafka_headers_t* headers, size_t bytes, const std::shared_ptr<Receipt>& receipt);
  void Lose(std::string why);

  const RelayOptions& options_;
  mutable std::mutex mutex_;  // Of client_, for Wake.
  std::shared_ptr<kafka::Client> client_;
  uint64_t clients_ = 0;
  size_t messages_ = 0, bytes_ = 0;  // In flight.
  uint64_t acknowledged_ = 0;
  std::chrono::steady_clock::time_point
      moved_;        // When something was last acknowledged, or nothing in flight.
  std::string why_;  // Lost.
};

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_PUBLISHER_H_
