#include "services/platform/log/kafka/topics.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "infra/kafka/topics_built_in.h"
#include "services/platform/log/kafka/client.h"

namespace afterbell {
namespace {

using kafka::Client;
using kafka::StatusOf;
using Clock = std::chrono::steady_clock;

constexpr char kInSync[] = "min.insync.replicas";
constexpr char kReplication[] = "replication";

// What the cluster has.
struct Found {
  int partitions = 0;
  int replication = 0;
  bool led = true;  // Every partition has a leader.
};

struct FoundConfig {
  std::string value;
  bool of_topic = false;  // Set for the topic, not inherited.
};

class FileErrors final : public google::protobuf::io::ErrorCollector {
 public:
  explicit FileErrors(std::string file) : file_(std::move(file)) {}
  void AddError(int line, int column, const std::string& message) override {
    if (first_.empty()) first_ = absl::StrCat(file_, ":", line + 1, ":", column + 1, ": ", message);
  }
  const std::string& first() const { return first_; }

 private:
  const std::string file_;
  std::string first_;
};

absl::StatusOr<kafka::v1::Topics> ParseTopics(const std::string& text, const std::string& file) {
  kafka::v1::Topics topics;
  FileErrors errors(file);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  if (!parser.ParseFromString(text, &topics)) return absl::InvalidArgumentError(errors.first());
  return topics;
}

// One conversation with the brokers: a request at a time, each with a deadline.
class Admin {
 public:
  explicit Admin(const KafkaLogOptions& options) : options_(options) {}
  ~Admin() {
    if (queue_ != nullptr) rd_kafka_queue_destroy(queue_);
  }

  absl::Status Start() {
    auto client = Client::Make(options_, Client::Role::kQueries);
    if (!client.ok()) return client.status();
    client_ = *std::move(client);
    queue_ = rd_kafka_queue_new(handle());
    return absl::OkStatus();
  }

  absl::StatusOr<std::map<std::string, Found>> Topics();
  absl::Status Create(const std::vector<TopicPlan>& plans);
  absl::StatusOr<std::map<std::string, std::map<std::string, FoundConfig>>> Configs(
      const std::vector<std::string>& topics);
  absl::Status SetConfigs(const std::string& topic, const std::map<std::string, std::string>& configs);
  absl::Status Delete(const std::string& topic);
  // Until `done` says so of the topics there are.
  absl::Status Await(const std::function<bool(const std::map<std::string, Found>&)>& done);

 private:
  using Event = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;

  rd_kafka_t* handle() const { return client_->handle(); }
  int timeout_ms() const { return static_cast<int>(options_.open_timeout.count()); }
  // The answer to what was just asked.
  absl::StatusOr<Event> Answer(const std::string& what);

  const KafkaLogOptions& options_;
  std::shared_ptr<Client> client_;
  rd_kafka_queue_t* queue_ = nullptr;
};

absl::StatusOr<Admin::Event> Admin::Answer(const std::string& what) {
  const auto until = Clock::now() + options_.open_timeout;
  for (;;) {
    rd_kafka_poll(handle(), 0);
    Event event(rd_kafka_queue_poll(queue_, 100), &rd_kafka_event_destroy);
    if (event != nullptr) {
      const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return event;
      return StatusOf(error, absl::StrCat(what, " (", client_->complaint(), ")"));
    }
    if (Clock::now() > until) {
      return absl::UnavailableError(absl::StrCat(what, ": no answer within ", options_.open_timeout.count(),
                                                 " ms (", client_->complaint(), ")"));
    }
  }
}

absl::StatusOr<std::map<std::string, Found>> Admin::Topics() {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(handle(), 1, nullptr, &metadata, timeout_ms());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_poll(handle(), 0);
    return StatusOf(error, absl::StrCat("topics of ", options_.brokers, " (", client_->complaint(), ")"));
  }
  std::map<std::string, Found> found;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR || topic.partition_cnt == 0) continue;
    Found& one = found[topic.topic];
    one.partitions = topic.partition_cnt;
    one.replication = topic.partitions[0].replica_cnt;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      one.led = one.led && topic.partitions[p].leader >= 0;
      one.replication = std::min(one.replication, topic.partitions[p].replica_cnt);
    }
  }
  rd_kafka_metadata_destroy(metadata);
  return found;
}

absl::Status Admin::Create(const std::vector<TopicPlan>& plans) {
  char problem[512];
  std::vector<rd_kafka_NewTopic_t*> topics;
  const auto destroy = [&] { rd_kafka_NewTopic_destroy_array(topics.data(), topics.size()); };
  for (const TopicPlan& plan : plans) {
    rd_kafka_NewTopic_t* topic =
        rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, plan.replication, problem, sizeof problem);
    if (topic == nullptr) {
      destroy();
      return absl::InvalidArgumentError(absl::StrCat(plan.name, ": ", problem));
    }
    topics.push_back(topic);
    for (const auto& [key, value] : plan.configs)
      rd_kafka_NewTopic_set_config(topic, key.c_str(), value.c_str());
  }
  rd_kafka_CreateTopics(handle(), topics.data(), topics.size(), nullptr, queue_);
  destroy();
  absl::StatusOr<Event> event = Answer("making topics");
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
    // Somebody else made it a moment ago: the next check says whether it is as it should be.
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* said = rd_kafka_topic_result_error_string(results[i]);
    return absl::InvalidArgumentError(absl::StrCat(rd_kafka_topic_result_name(results[i]), ": ",
                                                   said == nullptr ? rd_kafka_err2str(error) : said));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::map<std::string, FoundConfig>>> Admin::Configs(
    const std::vector<std::string>& topics) {
  std::map<std::string, std::map<std::string, FoundConfig>> found;
  if (topics.empty()) return found;
  std::vector<rd_kafka_ConfigResource_t*> resources;
  for (const std::string& topic : topics) {
    resources.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  }
  rd_kafka_DescribeConfigs(handle(), resources.data(), resources.size(), nullptr, queue_);
  rd_kafka_ConfigResource_destroy_array(resources.data(), resources.size());
  absl::StatusOr<Event> event = Answer("configurations of topics");
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** described =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const std::string name = rd_kafka_ConfigResource_name(described[i]);
    const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(described[i]);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, name);
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** configs = rd_kafka_ConfigResource_configs(described[i], &entries);
    for (size_t e = 0; e < entries; ++e) {
      const char* value = rd_kafka_ConfigEntry_value(configs[e]);
      found[name][rd_kafka_ConfigEntry_name(configs[e])] = {
          value == nullptr ? "" : value,
          rd_kafka_ConfigEntry_source(configs[e]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG};
    }
  }
  return found;
}

absl::Status Admin::SetConfigs(const std::string& topic, const std::map<std::string, std::string>& configs) {
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  for (const auto& [key, value] : configs) {
    rd_kafka_ConfigResource_set_config(resource, key.c_str(), value.c_str());
  }
  rd_kafka_AlterConfigs(handle(), &resource, 1, nullptr, queue_);
  rd_kafka_ConfigResource_destroy(resource);
  absl::StatusOr<Event> event = Answer(absl::StrCat("configuring ", topic));
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** altered =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(altered[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* said = rd_kafka_ConfigResource_error_string(altered[i]);
    return absl::InvalidArgumentError(
        absl::StrCat(topic, ": ", said == nullptr ? rd_kafka_err2str(error) : said));
  }
  return absl::OkStatus();
}

absl::Status Admin::Delete(const std::string& topic) {
  rd_kafka_DeleteTopic_t* deleted = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(handle(), &deleted, 1, nullptr, queue_);
  rd_kafka_DeleteTopic_destroy(deleted);
  absl::StatusOr<Event> event = Answer(absl::StrCat("deleting ", topic));
  return event.ok() ? absl::OkStatus() : event.status();
}

absl::Status Admin::Await(const std::function<bool(const std::map<std::string, Found>&)>& done) {
  const auto until = Clock::now() + options_.open_timeout;
  for (;;) {
    const auto found = Topics();
    if (!found.ok()) return found.status();
    if (done(*found)) return absl::OkStatus();
    if (Clock::now() > until) return absl::UnavailableError("the brokers do not agree on the topics yet");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

// What differs in a topic that is there.
void Compare(const TopicPlan& plan, const Found& found, const std::map<std::string, FoundConfig>& configs,
             std::vector<TopicDifference>* differences) {
  if (found.partitions != plan.partitions) {
    differences->push_back(
        {plan.name, "partitions", absl::StrCat(plan.partitions), absl::StrCat(found.partitions)});
  }
  if (found.replication != plan.replication) {
    differences->push_back(
        {plan.name, "replication", absl::StrCat(plan.replication), absl::StrCat(found.replication)});
  }
  for (const auto& [key, wanted] : plan.configs) {
    const auto one = configs.find(key);
    const std::string value = one == configs.end() ? "unknown" : one->second.value;
    if (value != wanted) differences->push_back({plan.name, key, wanted, value});
  }
}

struct Compared {
  std::vector<TopicDifference> differences;
  std::map<std::string, std::map<std::string, FoundConfig>> configs;
};

absl::StatusOr<Compared> CompareAll(Admin* admin, const std::vector<TopicPlan>& plans) {
  const auto found = admin->Topics();
  if (!found.ok()) return found.status();
  std::vector<std::string> present;
  for (const TopicPlan& plan : plans) {
    if (found->count(plan.name) > 0) present.push_back(plan.name);
  }
  auto configs = admin->Configs(present);
  if (!configs.ok()) return configs.status();
  Compared compared{.differences = {}, .configs = *std::move(configs)};
  for (const TopicPlan& plan : plans) {
    const auto one = found->find(plan.name);
    if (one == found->end()) {
      compared.differences.push_back({plan.name, "topic", "present", "missing"});
    } else {
      Compare(plan, one->second, compared.configs[plan.name], &compared.differences);
    }
  }
  return compared;
}

}  // namespace

std::string ToString(const TopicDifference& difference) {
  return absl::StrCat(difference.topic, " ", difference.key, ": wanted ", difference.wanted, ", found ",
                      difference.found);
}

absl::StatusOr<kafka::v1::Topics> LoadTopics(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return absl::NotFoundError(absl::StrCat("no file ", file));
  std::stringstream text;
  text << stream.rdbuf();
  return ParseTopics(text.str(), file);
}

absl::StatusOr<kafka::v1::Topics> BuiltInTopics() {
  return ParseTopics(kTopicsBuiltIn, "infra/kafka/topics.textproto");
}

void SetPrefix(const std::string& prefix, kafka::v1::Topics* topics) {
  for (kafka::v1::Topic& topic : *topics->mutable_topics()) {
    topic.set_name(prefix + topic.name().substr(topic.name().find('.')));
  }
}

absl::StatusOr<std::vector<TopicPlan>> PlanTopics(const kafka::v1::Topics& topics) {
  if (topics.school_partitions() == 0) return absl::InvalidArgumentError("school_partitions: 0");
  if (topics.replication() == 0) return absl::InvalidArgumentError("replication: 0");
  std::map<std::string, std::map<std::string, std::string>> kinds;
  for (const kafka::v1::Kind& kind : topics.kinds()) {
    if (kinds.count(kind.name()) > 0)
      return absl::InvalidArgumentError(absl::StrCat("kind ", kind.name(), " twice"));
    auto& configs = kinds[kind.name()];
    for (const kafka::v1::Config& config : kind.configs()) configs[config.key()] = config.value();
    configs.insert({kInSync, absl::StrCat(std::max<uint32_t>(1, topics.replication() - 1))});
  }
  std::set<std::string> names;
  std::vector<TopicPlan> plans;
  for (const kafka::v1::Topic& topic : topics.topics()) {
    const auto kind = kinds.find(topic.kind());
    if (kind == kinds.end())
      return absl::InvalidArgumentError(absl::StrCat(topic.name(), ": no kind ", topic.kind()));
    if (!names.insert(topic.name()).second)
      return absl::InvalidArgumentError(absl::StrCat(topic.name(), " twice"));
    plans.push_back({topic.name(), static_cast<int>(topics.school_partitions()) + 1,
                     static_cast<int>(topics.replication()), kind->second});
  }
  return plans;
}

absl::StatusOr<std::vector<TopicDifference>> CheckTopics(const KafkaLogOptions& options,
                                                         const std::vector<TopicPlan>& plan) {
  Admin admin(options);
  if (absl::Status started = admin.Start(); !started.ok()) return started;
  auto compared = CompareAll(&admin, plan);
  if (!compared.ok()) return compared.status();
  return compared->differences;
}

absl::StatusOr<std::vector<std::string>> CheckForService(const KafkaLogOptions& options,
                                                         uint32_t school_partitions) {
  auto topics = BuiltInTopics();
  if (!topics.ok()) return topics.status();
  SetPrefix(options.topic_prefix, &*topics);
  topics->set_school_partitions(school_partitions);
  const uint32_t wanted = topics->replication();
  for (const bool again : {false, true}) {
    const auto plan = PlanTopics(*topics);
    if (!plan.ok()) return plan.status();
    const auto differences = CheckTopics(options, *plan);
    if (!differences.ok()) return differences.status();
    std::string refused;
    for (const TopicDifference& difference : *differences) {
      // Copies are counted first: by their number goes how many must be in sync.
      if (!again && difference.key == kReplication)
        topics->set_replication(static_cast<uint32_t>(std::stoul(difference.found)));
      absl::StrAppend(&refused, refused.empty() ? "" : "; ", ToString(difference));
    }
    if (refused.empty()) break;
    if (again || topics->replication() == wanted) {
      return absl::FailedPreconditionError(
          absl::StrCat("topics are not as a log needs them (afterbell topics apply, check): ", refused));
    }
  }
  std::vector<std::string> notes;
  if (topics->replication() < wanted) {
    notes.push_back(absl::StrCat("topics have ", topics->replication(), " copies, not ", wanted,
                                 ": what a broker's disk loses is lost"));
  }
  return notes;
}

absl::StatusOr<std::vector<std::string>> ApplyTopics(const KafkaLogOptions& options,
                                                     const std::vector<TopicPlan>& plan) {
  Admin admin(options);
  if (absl::Status started = admin.Start(); !started.ok()) return started;
  const auto compared = CompareAll(&admin, plan);
  if (!compared.ok()) return compared.status();
  std::vector<TopicPlan> missing;
  std::set<std::string> changed;
  for (const TopicDifference& difference : compared->differences) {
    if (difference.key == "partitions" || difference.key == kReplication) {
      return absl::FailedPreconditionError(absl::StrCat(ToString(difference), "; never changed by apply"));
    }
    if (difference.key != "topic") changed.insert(difference.topic);
  }
  std::vector<std::string> done;
  for (const TopicPlan& one : plan) {
    const bool absent = std::any_of(compared->differences.begin(), compared->differences.end(),
                                    [&](const TopicDifference& difference) {
                                      return difference.topic == one.name && difference.key == "topic";
                                    });
    if (absent) {
      missing.push_back(one);
      done.push_back(absl::StrCat("made ", one.name, ": ", one.partitions, " partitions, replication ",
                                  one.replication));
    } else if (changed.count(one.name) > 0) {
      // The request replaces all of a topic's settings: those that the file does not name are kept.
      std::map<std::string, std::string> configs = one.configs;
      for (const auto& [key, found] : compared->configs.at(one.name)) {
        if (found.of_topic) configs.insert({key, found.value});
      }
      if (absl::Status set = admin.SetConfigs(one.name, configs); !set.ok()) return set;
      for (const TopicDifference& difference : compared->differences) {
        if (difference.topic == one.name) done.push_back(absl::StrCat("changed ", ToString(difference)));
      }
    }
  }
  if (missing.empty()) return done;
  if (absl::Status created = admin.Create(missing); !created.ok()) return created;
  const absl::Status agreed = admin.Await([&](const std::map<std::string, Found>& found) {
    return std::all_of(missing.begin(), missing.end(), [&](const TopicPlan& one) {
      const auto at = found.find(one.name);
      return at != found.end() && at->second.led && at->second.partitions == one.partitions;
    });
  });
  if (!agreed.ok()) return agreed;
  return done;
}

absl::Status DeleteTestTopic(const KafkaLogOptions& options, const std::string& name) {
  if (name.find("test") == std::string::npos) {
    return absl::FailedPreconditionError(absl::StrCat(name, ": not a topic of a test"));
  }
  Admin admin(options);
  if (absl::Status started = admin.Start(); !started.ok()) return started;
  if (absl::Status deleted = admin.Delete(name); !deleted.ok()) return deleted;
  return admin.Await([&](const std::map<std::string, Found>& found) { return found.count(name) == 0; });
}

}  // namespace afterbell
