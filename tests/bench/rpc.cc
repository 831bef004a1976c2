#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "services/platform/decider/decider.h"
#include "services/platform/policy/loader.h"
#include "tests/bench/bench.h"
#include "tests/bench/child.h"
#include "tools/afterbell/client.h"
#include "tools/afterbell/player.h"
#include "tools/citygen/city.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr size_t kOutstanding = 64;        // Unary calls under way.
constexpr size_t kBatchesOutstanding = 4;  // Of kBatch commands each.
constexpr int kBatch = 100;
constexpr char kCheckIn[] = "check_in_pupil";

struct Ready {
  std::string method;
  Caller caller;
  std::string request;
  int commands = 1;
};

Caller CallerOf(const citygen::Call& call) { return {call.role(), call.person_id(), call.district_id()}; }

std::vector<Ready> Unary(const citygen::Phase& phase) {
  std::vector<Ready> ready;
  for (const citygen::Call& call : phase.calls()) {
    ready.push_back(
        {MethodOf("attendance", kCheckIn), CallerOf(call), RequestOf(HeaderOfCall(call), call.body())});
  }
  return ready;
}

// Batches of up to kBatch: one caller each, so a batch is a room's, or several rooms' of one district
// put into the mouth of one teacher.
std::vector<Ready> Batches(const citygen::Phase& phase) {
  std::vector<Ready> ready;
  for (const citygen::Call& call : phase.calls()) {
    if (ready.empty() || ready.back().commands >= kBatch ||
        ready.back().caller.district_id != call.district_id()) {
      ready.push_back({"/afterbell.attendance.v1.AttendanceService/ExecuteBatch", CallerOf(call), "", 0});
    }
    ready.back().request += BatchItemOf(call);
    ++ready.back().commands;
  }
  return ready;
}

struct Side {
  Client* client;
  double seconds = 0;
  uint64_t commands = 0, failed = 0;
  std::string first_failure;
  double rate() const { return seconds > 0 ? static_cast<double>(commands) / seconds : 0; }
};

void Send(const std::vector<Ready>& calls, size_t outstanding, Side* side) {
  const auto begun = steady_clock::now();
  for (const Ready& call : calls) {
    side->client->WaitBelow(outstanding);
    side->client->Start(call.method, call.caller, call.request, [side, &call](const CallResult& result) {
      side->commands += call.commands;
      if (result.ok()) return;
      ++side->failed;
      if (side->first_failure.empty()) side->first_failure = result.message;
    });
  }
  side->client->WaitAll();
  side->seconds += std::chrono::duration<double>(steady_clock::now() - begun).count();
}

// Both sides in turn, who comes first changing from round to round.
void Race(const std::vector<Ready>& calls, size_t outstanding, int round, Side* city, Side* echo) {
  if (round % 2 == 0) Send(calls, outstanding, echo);
  Send(calls, outstanding, city);
  if (round % 2 != 0) Send(calls, outstanding, echo);
}

void Print(const char* name, size_t outstanding, double commands_per_call, const Side& city,
           const Side& echo) {
  std::printf(
      "{\"bench\": \"%s\", \"outstanding\": %zu, \"commands_per_call\": %.1f, \"check_ins\": %lu, "
      "\"failed\": %lu, \"city_per_second\": %.0f, \"echo_per_second\": %.0f, \"ratio\": %.3f}\n",
      name, outstanding, commands_per_call, city.commands, city.failed + echo.failed, city.rate(),
      echo.rate(), city.rate() / echo.rate());
  if (!city.first_failure.empty()) std::printf("first failure: %s\n", city.first_failure.c_str());
}

}  // namespace

absl::Status Rpc(const Flags& flags) {
  std::filesystem::remove_all(flags.data);
  auto instruments = policy::LoadDirectory("infra/policy");
  if (!instruments.ok()) return instruments.status();
  auto city_server = Child::Spawn("city", flags.data);
  auto echo_server = Child::Spawn("echo");
  if (!city_server.ok() || !echo_server.ok()) return absl::InternalError("cannot start the servers");
  auto city_address = (*city_server)->Await("address");
  auto echo_address = (*echo_server)->Await("address");
  if (!city_address.ok() || !echo_address.ok()) return absl::InternalError("no server listens");
  Client city_client(*city_address), echo_client(*echo_address);
  Player player(*city_address, *instruments);
  citygen::CityOptions options;
  options.schools_per_district = flags.schools;
  options.pupils_per_school = flags.pupils;
  options.violations = false;
  options.repeats = false;
  citygen::City city(options);

  Side city_unary{&city_client}, echo_unary{&echo_client}, city_batch{&city_client}, echo_batch{&echo_client};
  uint64_t batches = 0;
  int measured = 0;
  citygen::Phase phase;
  while (measured < flags.phases && city.NextPhase(&phase)) {
    const bool check_ins = phase.calls_size() > 0 && phase.calls(0).command() == kCheckIn;
    const citygen::Phase calls = check_ins ? phase : citygen::Phase();
    if (check_ins) phase.clear_calls();  // The player only moves the clock.
    AFTERBELL_RETURN_IF_ERROR(player.Play(phase, [] { return absl::OkStatus(); }));
    if (!check_ins) continue;
    if (measured % 2 == 0) {
      Race(Unary(calls), kOutstanding, measured / 2, &city_unary, &echo_unary);
    } else {
      const std::vector<Ready> ready = Batches(calls);
      batches += ready.size();
      Race(ready, kBatchesOutstanding, measured / 2, &city_batch, &echo_batch);
    }
    ++measured;
  }
  Print("unary", kOutstanding, 1, city_unary, echo_unary);
  Print("batch", kBatchesOutstanding,
        batches == 0 ? 0 : static_cast<double>(city_batch.commands) / static_cast<double>(batches),
        city_batch, echo_batch);
  for (const std::string& text : player.counts().first_unexpected)
    std::printf("not as expected: %s\n", text.c_str());
  return absl::OkStatus();
}

}  // namespace afterbell::bench
