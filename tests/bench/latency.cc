// How long a command takes, and until another instance shows it, at half the rate the city can do; beside
// librdkafka, which produces records of the same length at the same rate to the same broker, and reads them
// back. Open loop on both sides, in turns, a phase of check-ins each.
//
// At a rate that is given: how long a command takes within the server, and the longest turn of any of its
// partitions meanwhile. Nobody follows then, for a follower would have to share this machine.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <latch>
#include <memory>
#include <thread>

#include "services/city/city.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/runtime/runtime.h"
#include "tests/bench/bare.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/kafka_city.h"
#include "tests/bench/open_loop.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kClosedPhases = 4;  // Of which the first only warms up.
constexpr std::chrono::seconds kAtMost(60);
// What a moved clock brings about is not what is measured.
constexpr std::chrono::milliseconds kClockMoved(300);

// Another instance: it follows, and owns nothing.
class Follower {
 public:
  static absl::StatusOr<std::unique_ptr<Follower>> Open(EventLog* log, const std::string& data) {
    std::filesystem::remove_all(data);
    RuntimeOptions options;
    options.projections_directory = data;
    options.services = CityServices();
    options.log = log;
    options.own = false;
    options.begin = false;
    std::unique_ptr<Follower> follower(new Follower());
    AFTERBELL_ASSIGN_OR_RETURN(follower->runtime_, Runtime::Open(std::move(options)));
    AFTERBELL_RETURN_IF_ERROR(follower->runtime_->WaitReady(kAtMost));
    return follower;
  }

  // Calls `seen` when its rows hold what an answer rests on.
  void Await(const log::v1::CommandAnswer& answer, std::function<void(bool ok)> seen) {
    const auto position = PositionOf(answer.position(), "position");
    if (!position.ok()) return seen(false);
    const PartitionId id{answer.record().service(), answer.record().partition()};
    runtime_->Query(id, *position, steady_clock::now() + kAtMost,
                    [seen](const absl::StatusOr<ReadView>& view) { seen(view.ok()); });
  }

 private:
  std::unique_ptr<Runtime> runtime_;
};

struct Measured {
  Samples command, visible, visible_from_intended, late;
  Samples acknowledged, consumed, bare_late;
  uint64_t failed = 0;
};

// A call under way. It stays until the phase is over, so nothing is freed on the way of an answer.
struct UnderWay {
  grpc::ClientContext context;
  grpc::ByteBuffer request, answer;
  int64_t answered_ns = 0, visible_ns = 0;
};

log::v1::CommandAnswer AnswerOf(grpc::ByteBuffer* bytes) {
  std::vector<grpc::Slice> slices;
  std::string text;
  bytes->Dump(&slices).ok();
  for (const grpc::Slice& slice : slices)
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  log::v1::CommandAnswer answer;
  answer.ParseFromString(text);
  return answer;
}

void MeasureCommands(grpc::GenericStub* stub, Follower* follower, const std::vector<Ready>& calls,
                     double rate, Measured* measured) {
  std::vector<std::unique_ptr<UnderWay>> under_way;
  for (const Ready& call : calls) {
    auto& each = *under_way.emplace_back(std::make_unique<UnderWay>());
    const grpc::Slice slice(call.request);
    each.request = grpc::ByteBuffer(&slice, 1);
    each.context.AddMetadata(kActorMetadata, ToActor(call.caller));
  }
  OpenLoop commands(calls.size(), rate);
  std::latch unseen(static_cast<std::ptrdiff_t>(calls.size()));
  commands.Run([&](size_t i) {
    UnderWay& each = *under_way[i];
    stub->UnaryCall(&each.context, calls[i].method, {}, &each.request, &each.answer,
                    [&, i](grpc::Status status) {
                      UnderWay& each = *under_way[i];
                      const auto answered = steady_clock::now();
                      commands.Done(i, status.ok());
                      if (!status.ok() || follower == nullptr) {
                        unseen.count_down();
                        return;
                      }
                      follower->Await(AnswerOf(&each.answer), [&, i, answered](bool ok) {
                        const auto now = steady_clock::now();
                        if (ok) under_way[i]->answered_ns = (now - answered).count();
                        if (ok) under_way[i]->visible_ns = (now - commands.Intended(i)).count();
                        unseen.count_down();
                      });
                    });
  });
  unseen.wait();
  measured->command.Add(commands.Taken());
  measured->late.Add(commands.Late());
  measured->failed += commands.failed();
  for (const auto& each : under_way) {
    if (each->answered_ns == 0) continue;
    measured->visible.Add(static_cast<double>(each->answered_ns) / 1e3);
    measured->visible_from_intended.Add(static_cast<double>(each->visible_ns) / 1e3);
  }
}

// Of one phase, what the city itself says of it.
struct Within {
  Samples taken;
  int64_t longest_turn_us = 0, longest_turn_cpu_us = 0;
};

absl::Status TakeWithin(Child* city, Within* within) {
  AFTERBELL_ASSIGN_OR_RETURN(const CityUsage usage, city->Usage());
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<double> times, city->Times());
  within->longest_turn_us = std::max(within->longest_turn_us, usage.longest_turn_us);
  within->longest_turn_cpu_us = std::max(within->longest_turn_cpu_us, usage.longest_turn_cpu_us);
  for (const double micros : times) within->taken.Add(micros);
  return absl::OkStatus();
}

// Produced at the rate; told how long until it was acknowledged, and until a consumer had it.
class Bare {
 public:
  static absl::StatusOr<std::unique_ptr<Bare>> Open(const std::string& brokers, const std::string& topic,
                                                    int partitions) {
    std::unique_ptr<Bare> bare(new Bare(topic, partitions));
    AFTERBELL_RETURN_IF_ERROR(bare->producer_.Open(brokers));
    AFTERBELL_RETURN_IF_ERROR(bare->consumer_.Open(brokers, topic));
    for (int p = 0; p < partitions; ++p) {
      AFTERBELL_ASSIGN_OR_RETURN(const uint64_t end, bare->consumer_.End(p));
      bare->queue_ = bare->consumer_.Start(p, static_cast<int64_t>(end), bare->queue_);
    }
    Measured warm;  // Both connected, and fetching.
    bare->Measure(200, 8, 1000, &warm);
    return bare;
  }

  void Measure(size_t count, int value_bytes, double rate, Measured* measured) {
    OpenLoop acknowledged(count, rate), consumed(count, rate);
    acknowledged_ = &acknowledged;
    std::atomic<bool> over{false};
    std::thread polling([&] {
      while (!over) producer_.Poll(10);
    });
    std::thread consuming([&] { Consume(count, &consumed); });
    acknowledged.Run([&](size_t i) {
      std::string value(std::max<size_t>(value_bytes, sizeof i), 'v');
      std::memcpy(value.data(), &i, sizeof i);
      producer_.Send(topic_, static_cast<int>(i % partitions_), {}, value, i);
    });
    over = true;
    polling.join();
    consuming.join();
    measured->acknowledged.Add(acknowledged.Taken());
    measured->consumed.Add(consumed.Taken());
    measured->bare_late.Add(acknowledged.Late());
  }

 private:
  Bare(std::string topic, int partitions)
      : topic_(std::move(topic)),
        partitions_(partitions),
        producer_([this](uint64_t i) { acknowledged_->Done(i); }) {}

  void Consume(size_t count, OpenLoop* consumed) {
    for (size_t seen = 0; seen < count;) {
      rd_kafka_message_t* const message = rd_kafka_consume_queue(queue_, 100);
      if (message == nullptr) continue;
      size_t number = 0;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->len >= sizeof number) {
        std::memcpy(&number, message->payload, sizeof number);
        consumed->Done(number);
        ++seen;
      }
      rd_kafka_message_destroy(message);
    }
  }

  const std::string topic_;
  const int partitions_;
  OpenLoop* acknowledged_ = nullptr;
  BareProducer producer_;
  BareConsumer consumer_;
  rd_kafka_queue_t* queue_ = nullptr;
};

absl::StatusOr<double> ClosedLoopRate(Term* term, const std::string& address) {
  Client client(address);
  Side warm{&client}, side{&client};
  citygen::Phase calls;
  for (int i = 0; i < kClosedPhases; ++i) {
    AFTERBELL_ASSIGN_OR_RETURN(const bool more, term->Next(&calls));
    if (!more) return absl::OutOfRangeError("the term is over");
    Send(Unary(calls), kOutstanding, i == 0 ? &warm : &side);
  }
  if (side.failed > 0) return absl::InternalError(side.first_failure);
  return side.rate();
}

void PrintCommandsAndBare(double closed, double rate, int bytes, Measured* seen) {
  std::printf(
      "{\"bench\": \"latency_command\", \"closed_loop_per_second\": %.0f, \"per_second\": %.0f, "
      "\"commands\": %zu, \"failed\": %lu, %s, \"late_p99_us\": %.0f}\n",
      closed, rate, seen->command.size(), seen->failed, seen->command.Json("command").c_str(),
      seen->late.At(0.99));
  std::printf(
      "{\"bench\": \"latency_bare\", \"per_second\": %.0f, \"records\": %zu, \"value_bytes\": %d, %s, %s, "
      "\"late_p99_us\": %.0f}\n",
      rate, seen->acknowledged.size(), bytes, seen->acknowledged.Json("acknowledged").c_str(),
      seen->consumed.Json("consumed").c_str(), seen->bare_late.At(0.99));
}

void PrintVisible(Measured* seen) {
  std::printf("{\"bench\": \"latency_visible\", \"commands\": %zu, %s, %s}\n", seen->visible.size(),
              seen->visible.Json("answered_to_visible").c_str(),
              seen->visible_from_intended.Json("intended_to_visible").c_str());
  std::printf(
      "{\"bench\": \"latency_ratios\", \"command_p99_of_bare\": %.2f, \"visible_p99_us\": %.0f, "
      "\"visible_allowed_us\": %.0f}\n",
      seen->command.At(0.99) / seen->acknowledged.At(0.99), seen->visible.At(0.99),
      1.5 * seen->consumed.At(0.99) + 2000);
}

void PrintWithin(double rate, Within* within, Measured* seen) {
  const double server = within->taken.At(0.99), bare = seen->acknowledged.At(0.99);
  std::printf(
      "{\"bench\": \"latency_server\", \"per_second\": %.0f, \"commands\": %zu, %s, "
      "\"acknowledged_p99_us\": %.0f, \"ratio\": %.2f, \"longest_turn_us\": %ld, "
      "\"longest_turn_cpu_us\": %ld}\n",
      rate, within->taken.size(), within->taken.Json("server").c_str(), bare, server / bare,
      within->longest_turn_us, within->longest_turn_cpu_us);
}

// Who is measured, and against whom.
struct Sides {
  Child* city;
  grpc::GenericStub* stub;
  Follower* follower;  // Null: nobody follows.
  Bare* bare;
  int value_bytes;
  double rate;
};

absl::Status MeasurePhase(const Sides& sides, const std::vector<Ready>& calls, Measured* measured,
                          Within* within) {
  Within before;
  AFTERBELL_RETURN_IF_ERROR(TakeWithin(sides.city, &before));  // What was meanwhile is not in it.
  MeasureCommands(sides.stub, sides.follower, calls, sides.rate, measured);
  AFTERBELL_RETURN_IF_ERROR(TakeWithin(sides.city, within));
  sides.bare->Measure(calls.size(), sides.value_bytes, sides.rate, measured);
  return absl::OkStatus();
}

}  // namespace

absl::Status Latency(const Flags& flags) {
  const bool given = flags.per_second > 0;
  Flags of_city = flags;
  of_city.timed = given;
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, CityOnKafka::Start(of_city));
  AFTERBELL_ASSIGN_OR_RETURN(const auto term, Term::Open(city->address(), Term::OptionsOf(flags)));
  AFTERBELL_ASSIGN_OR_RETURN(const double closed, ClosedLoopRate(term.get(), city->address()));
  const double rate = given ? flags.per_second : closed / 2;
  AFTERBELL_ASSIGN_OR_RETURN(const int bytes, city->MeanRecordBytes());
  std::unique_ptr<Follower> follower;
  if (!given) {
    AFTERBELL_ASSIGN_OR_RETURN(follower, Follower::Open(&city->log(), flags.data + "-follower"));
  }
  AFTERBELL_ASSIGN_OR_RETURN(const auto bare,
                             Bare::Open(flags.kafka, city->bare_topic(), city->partitions()));
  grpc::GenericStub stub(grpc::CreateChannel(city->address(), grpc::InsecureChannelCredentials()));
  const Sides sides{&city->child(), &stub, follower.get(), bare.get(), bytes, rate};
  Measured measured;
  Within within;
  citygen::Phase calls;
  for (int phase = 0; phase < flags.phases; ++phase) {
    AFTERBELL_ASSIGN_OR_RETURN(const bool more, term->Next(&calls));
    if (!more) break;
    std::this_thread::sleep_for(kClockMoved);
    Measured discarded;  // The first has connections to make.
    Within discarded_within;
    AFTERBELL_RETURN_IF_ERROR(MeasurePhase(sides, Unary(calls), phase == 0 ? &discarded : &measured,
                                           phase == 0 ? &discarded_within : &within));
  }
  PrintCommandsAndBare(closed, rate, bytes, &measured);
  if (given) {
    PrintWithin(rate, &within, &measured);
  } else {
    PrintVisible(&measured);
  }
  return absl::OkStatus();
}

}  // namespace afterbell::bench
