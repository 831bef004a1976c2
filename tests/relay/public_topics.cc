#include "tests/relay/public_topics.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace afterbell::relay_test {
namespace {

constexpr int kAtMostMs = 20000;

std::string Of(const std::map<std::string, std::string>& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

PublicMessage MessageOf(const rd_kafka_message_t& message) {
  PublicMessage made;
  made.partition = message.partition;
  rd_kafka_timestamp_type_t type;
  made.timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  made.key.assign(static_cast<const char*>(message.key), message.key_len);
  made.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_headers(&message, &headers);
  const char* name;
  const void* value;
  size_t size;
  for (size_t i = 0; headers != nullptr && rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0;
       ++i)
    made.headers[name] = std::string(static_cast<const char*>(value), size);
  return made;
}

}  // namespace

PublicIdentity PublicMessage::identity() const {
  PublicIdentity identity;
  identity.source = Of(headers, "ce_source");
  const std::string id = Of(headers, "ce_id");
  const size_t dot = id.find('.');
  if (dot == std::string::npos || !absl::SimpleAtoi(id.substr(0, dot), &identity.index) ||
      !absl::SimpleAtoi(id.substr(dot + 1), &identity.ordinal)) {
    identity.source = "not an id: " + id;
  }
  return identity;
}

PublicContent PublicMessage::content() const {
  return {key,
          Of(headers, "ce_type"),
          value,
          Of(headers, "ce_kind"),
          Of(headers, "ce_district"),
          Of(headers, "ce_time")};
}

PublicTopic::PublicTopic(const KafkaLogOptions& options, const std::string& service)
    : topic_(absl::StrCat(options.topic_prefix, ".", service, ".public.v1")) {
  char problem[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : std::map<std::string, std::string>{{"bootstrap.servers", options.brokers},
                                                                      {"group.id", "outside"},
                                                                      {"enable.auto.commit", "false"},
                                                                      {"enable.partition.eof", "true"},
                                                                      {"auto.offset.reset", "error"}}) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), problem, sizeof problem) != RD_KAFKA_CONF_OK)
      std::abort();
  }
  handle_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, problem, sizeof problem);
  if (handle_ == nullptr) std::abort();
  rd_kafka_poll_set_consumer(handle_);
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_topic_t* topic = rd_kafka_topic_new(handle_, topic_.c_str(), nullptr);
  if (rd_kafka_metadata(handle_, 0, topic, &metadata, kAtMostMs) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (metadata->topic_cnt == 1) partitions_ = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(topic);
}

PublicTopic::~PublicTopic() {
  rd_kafka_consumer_close(handle_);
  rd_kafka_destroy(handle_);
}

absl::StatusOr<uint64_t> PublicTopic::Count() {
  uint64_t count = 0;
  for (int32_t i = 0; i < partitions_; ++i) {
    int64_t low = 0, high = 0;
    const auto error = rd_kafka_query_watermark_offsets(handle_, topic_.c_str(), i, &low, &high, kAtMostMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return absl::UnavailableError(rd_kafka_err2str(error));
    count += static_cast<uint64_t>(high);
  }
  return count;
}

absl::StatusOr<std::vector<PublicMessage>> PublicTopic::ReadAll() {
  if (partitions_ == 0) return absl::NotFoundError(topic_);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(partitions_);
  for (int32_t i = 0; i < partitions_; ++i)
    rd_kafka_topic_partition_list_add(all, topic_.c_str(), i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(handle_, all);
  rd_kafka_topic_partition_list_destroy(all);
  std::vector<std::vector<PublicMessage>> read(static_cast<size_t>(partitions_));
  absl::Status failed;
  for (int ended = 0; ended < partitions_ && failed.ok();) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(handle_, kAtMostMs);
    if (message == nullptr) {
      failed = absl::DeadlineExceededError(topic_);
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ++ended;
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      failed = absl::UnavailableError(rd_kafka_message_errstr(message));
    } else {
      read[static_cast<size_t>(message->partition)].push_back(MessageOf(*message));
    }
    if (message != nullptr) rd_kafka_message_destroy(message);
  }
  rd_kafka_assign(handle_, nullptr);
  if (!failed.ok()) return failed;
  std::vector<PublicMessage> messages;
  for (auto& one : read) std::move(one.begin(), one.end(), std::back_inserter(messages));
  return messages;
}

}  // namespace afterbell::relay_test
