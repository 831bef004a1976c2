#include "services/platform/log/kafka/membership.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/log/kafka/client.h"

namespace afterbell {
namespace {

using kafka::Client;

constexpr int kPollMs = 500;
constexpr std::chrono::milliseconds kJoinAgain(1000);  // After a client that failed.
constexpr std::chrono::milliseconds kAskAtMost(1000);

Client::Settings GroupSettings(const MembershipOptions& options) {
  return {
      {"group.id", absl::StrCat(options.log.topic_prefix, ".", options.service)},
      {"session.timeout.ms", absl::StrCat(options.session_timeout.count())},
      {"heartbeat.interval.ms", absl::StrCat(options.heartbeat.count())},
      {"max.poll.interval.ms", absl::StrCat(std::max<int64_t>(options.session_timeout.count(), 300000))},
  };
}

// A poll of the handle returns at once.
void WakePoll(rd_kafka_t* handle) {
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(handle);
  if (queue == nullptr) return;
  rd_kafka_queue_yield(queue);
  rd_kafka_queue_destroy(queue);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Membership>> Membership::Join(const MembershipOptions& options,
                                                             Assigned assigned) {
  const auto client = Client::Make(options.log, Client::Role::kMember, {nullptr, GroupSettings(options), {}});
  if (!client.ok()) return client.status();
  std::unique_ptr<Membership> membership(new Membership(options));
  membership->state_->assigned = std::move(assigned);
  membership->thread_ = std::thread([self = membership.get()] { self->Run(); });
  return membership;
}

Membership::~Membership() { Leave(); }

void Membership::Leave() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->leaving = true;
    if (state_->polled != nullptr) WakePoll(state_->polled);
  }
  state_->changed.notify_all();
  if (thread_.joinable()) thread_.join();
}

int Membership::Members() const {
  const auto client = Client::Make(options_.log, Client::Role::kQueries);
  if (!client.ok()) return 0;
  const auto members = std::make_shared<std::atomic<int>>(0);
  const std::string group = absl::StrCat(options_.log.topic_prefix, ".", options_.service);
  const int at_most = static_cast<int>(kAskAtMost.count());
  kafka::WithinDeadline(
      [client = *client, members, group, at_most] {
        const rd_kafka_group_list* groups = nullptr;
        if (rd_kafka_list_groups(client->handle(), group.c_str(), &groups, at_most) != 0) return;
        for (int i = 0; i < groups->group_cnt; ++i) *members += groups->groups[i].member_cnt;
        rd_kafka_group_list_destroy(groups);
      },
      2 * kAskAtMost);
  return *members;
}

void Membership::Run() {
  for (;;) {
    Stay();
    std::unique_lock lock(state_->mutex);
    if (state_->leaving) return;
    state_->assigned({});
    state_->changed.wait_for(lock, kJoinAgain, [this] { return state_->leaving; });
    if (state_->leaving) return;
  }
}

// In the group with a client of its own, until it is left or the client has failed.
void Membership::Stay() {
  Client::Extra member;
  member.settings = GroupSettings(options_);
  // Eager: everything is given back before anything is assigned anew.
  member.rebalance = [state = state_](rd_kafka_t* handle, rd_kafka_resp_err_t error,
                                      rd_kafka_topic_partition_list_t* partitions) {
    std::set<uint32_t> numbers;
    const bool assigns = error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    for (int i = 0; assigns && i < partitions->cnt; ++i) {
      numbers.insert(static_cast<uint32_t>(partitions->elems[i].partition));
    }
    rd_kafka_assign(handle, assigns ? partitions : nullptr);
    const std::lock_guard lock(state->mutex);
    if (!state->leaving) state->assigned(numbers);
  };
  const auto made = Client::Make(options_.log, Client::Role::kMember, std::move(member));
  if (!made.ok()) return;
  const std::shared_ptr<Client> client = *made;
  rd_kafka_t* const handle = client->handle();
  rd_kafka_poll_set_consumer(handle);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, absl::StrCat(options_.log.topic_prefix, ".control.v1").c_str(),
                                    RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(handle, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  for (bool in = true; in;) {
    {
      const std::lock_guard lock(state_->mutex);
      in = !state_->leaving && !client->fatal();
      state_->polled = in ? handle : nullptr;
    }
    if (!in) break;
    if (rd_kafka_message_t* message = rd_kafka_consumer_poll(handle, kPollMs); message != nullptr)
      rd_kafka_message_destroy(message);
  }
  // Leaves the group. May never return in 2.0.2, when the coordinator is lost meanwhile.
  kafka::WithinDeadline([client] { rd_kafka_consumer_close(client->handle()); }, options_.log.close_timeout);
}

}  // namespace afterbell
