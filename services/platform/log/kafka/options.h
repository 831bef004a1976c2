// How to open a log in Kafka: where, and every limit by its name.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_OPTIONS_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace afterbell {

struct KafkaLogOptions {
  std::string brokers;                     // "127.0.0.1:9092,127.0.0.1:9093"
  std::string topic_prefix = "afterbell";  // Topics are <prefix>.<service>.v1.
  std::string client_id = "afterbell";     // At most 32 bytes: librdkafka 2.0.2 crashes on long ones.
  // Further settings of librdkafka, for security: {"security.protocol", "ssl"}, ….
  std::vector<std::pair<std::string, std::string>> security;

  // Appending. Append waits above `append_bytes_waiting_max`; a larger Append is INVALID_ARGUMENT, as is
  // a value over `value_bytes_max`, which the topics' max.message.bytes must have room for.
  uint64_t value_bytes_max = (1 << 20) + (64 << 10);
  uint64_t append_bytes_waiting_max = 64 << 20;
  std::chrono::milliseconds append_timeout{30000};  // Unacknowledged for so long: UNAVAILABLE.

  // Reading. Per partition the newest records are kept for all its readers; who reads further back
  // gets a cursor, which fetches ahead of it.
  uint64_t window_bytes_max = 1 << 20;          // Of a partition.
  uint64_t cursor_ahead_bytes_max = 4 << 20;    // Fetched ahead of a reader; up to twice as much is kept.
  size_t cursors_max = 64;                      // Of all partitions.
  size_t cursors_of_a_partition_max = 4;        // A connection and a thread each, shared by partitions.
  std::chrono::milliseconds cursor_idle{1000};  // Unread for so long: dropped.

  std::chrono::milliseconds open_timeout{30000};    // Of the log, of a partition, and of List.
  std::chrono::milliseconds close_timeout{5000};    // What is in flight then is answered UNAVAILABLE.
  std::chrono::milliseconds request_timeout{6000};  // A broker silent for so long is asked again.
  std::chrono::milliseconds stall_timeout{15000};   // A client without progress for so long is replaced.
  std::chrono::milliseconds probe_interval{5000};   // How often ends of partitions are asked for.
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_KAFKA_OPTIONS_H_
