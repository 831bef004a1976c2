// Consuming, parsing and chaining, and nothing else: the least a projection with a chain must do. A thread a
// partition, as librdkafka gives the records.
#include <atomic>
#include <iostream>
#include <thread>

#include "services/platform/base/status_macros.h"
#include "services/platform/log/chain.h"
#include "tests/bench/bare.h"
#include "tests/bench/fold.h"
#include "tests/bench/truth.h"

namespace afterbell::bench {
namespace {

constexpr size_t kReadRecords = 2048;

struct Scanned {
  std::atomic<uint64_t> records{0};
  std::atomic<bool> differs{false};
};

void ScanPartition(rd_kafka_queue_t* queue, uint32_t number, uint64_t end, uint64_t records,
                   Scanned* scanned) {
  Chain chain({kTruthService, number});
  log::v1::Record record;
  std::vector<rd_kafka_message_t*> messages(kReadRecords);
  while (chain.at().offset < end) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 20, messages.data(), messages.size());
    for (ssize_t i = 0; i < count; ++i) {
      const rd_kafka_message_t& message = *messages[i];
      if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const std::string_view value(static_cast<const char*>(message.payload), message.len);
        if (!record.ParseFromArray(message.payload, static_cast<int>(message.len)) ||
            chain.Offer(record, value, static_cast<uint64_t>(message.offset)) != Verdict::kValid) {
          scanned->differs = true;
        }
        if (record.has_commit()) {
          const uint64_t seen = ++scanned->records;
          if (seen == 1) std::cout << "first" << std::endl;
          if (seen == records / 2) std::cout << "half" << std::endl;
          if (seen == records) std::cout << "last" << std::endl;
        }
      }
      rd_kafka_message_destroy(messages[i]);
    }
  }
}

absl::Status Scan(const Flags& flags) {
  KafkaLogOptions options;
  options.topic_prefix = flags.prefix;
  BareConsumer consumer;
  AFTERBELL_RETURN_IF_ERROR(consumer.Open(flags.kafka, TopicOf(options)));
  std::vector<uint64_t> ends;
  for (int p = 0; p <= flags.partitions; ++p) {
    AFTERBELL_ASSIGN_OR_RETURN(const uint64_t end, consumer.End(p));
    ends.push_back(end);
  }
  Scanned scanned;
  std::vector<std::thread> threads;
  for (int p = 1; p <= flags.partitions; ++p) {
    threads.emplace_back(ScanPartition, consumer.Start(p, 0), static_cast<uint32_t>(p), ends[p],
                         flags.records, &scanned);
  }
  for (std::thread& thread : threads) thread.join();
  return scanned.differs ? absl::DataLossError("a record is not what was written") : absl::OkStatus();
}

}  // namespace

int ServeScan(const Flags& flags) {
  const absl::Status status = Scan(flags);
  std::cout << (status.ok() ? "ready" : "failed " + status.ToString()) << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  return status.ok() ? 0 : 1;
}

}  // namespace afterbell::bench
