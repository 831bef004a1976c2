#include "tests/bench/check_ins.h"

#include <chrono>
#include <cstdio>

#include "services/platform/base/status_macros.h"
#include "services/platform/policy/loader.h"
#include "tests/bench/clock.h"

namespace afterbell::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kBatch = 100;
constexpr char kCheckIn[] = "check_in_pupil";

Caller CallerOf(const citygen::Call& call) { return {call.role(), call.person_id(), call.district_id()}; }

bool Begins(const citygen::Phase& phase, const char* command) {
  return phase.calls_size() > 0 && phase.calls(0).command() == command;
}

// Both sides in turn, who comes first changing from round to round.
void Race(const std::vector<Ready>& calls, size_t outstanding, int round, Side* city, Side* echo) {
  if (round % 2 == 0) Send(calls, outstanding, echo);
  Send(calls, outstanding, city);
  if (round % 2 != 0) Send(calls, outstanding, echo);
}

void Print(const std::string& name, size_t outstanding, double commands_per_call, const Side& city,
           const Side& echo) {
  std::printf(
      "{\"bench\": \"%s\", \"outstanding\": %zu, \"commands_per_call\": %.1f, \"check_ins\": %lu, "
      "\"failed\": %lu, \"city_per_second\": %.0f, \"echo_per_second\": %.0f, \"ratio\": %.3f}\n",
      name.c_str(), outstanding, commands_per_call, city.commands, city.failed + echo.failed, city.rate(),
      echo.rate(), city.rate() / echo.rate());
  if (!city.first_failure.empty()) std::printf("first failure: %s\n", city.first_failure.c_str());
}

}  // namespace

std::vector<Ready> Unary(const citygen::Phase& check_ins) {
  std::vector<Ready> ready;
  for (const citygen::Call& call : check_ins.calls()) {
    ready.push_back(
        {MethodOf("attendance", kCheckIn), CallerOf(call), RequestOf(HeaderOfCall(call), call.body())});
  }
  return ready;
}

std::vector<Ready> Batches(const citygen::Phase& check_ins) {
  std::vector<Ready> ready;
  for (const citygen::Call& call : check_ins.calls()) {
    if (ready.empty() || ready.back().commands >= kBatch ||
        ready.back().caller.district_id != call.district_id()) {
      ready.push_back({"/afterbell.attendance.v1.AttendanceService/ExecuteBatch", CallerOf(call), "", 0});
    }
    ready.back().request += BatchItemOf(call);
    ++ready.back().commands;
  }
  return ready;
}

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
  side->seconds += SecondsSince(begun);
}

citygen::CityOptions Term::OptionsOf(const Flags& flags) {
  citygen::CityOptions options;
  options.schools_per_district = flags.schools;
  options.pupils_per_school = flags.pupils;
  options.violations = false;
  options.repeats = false;
  return options;
}

absl::StatusOr<std::unique_ptr<Term>> Term::Open(const std::string& address,
                                                 const citygen::CityOptions& options,
                                                 std::function<absl::Status()> settle) {
  if (const std::string problem = citygen::Problem(options); !problem.empty())
    return absl::InvalidArgumentError(problem);
  AFTERBELL_ASSIGN_OR_RETURN(auto instruments, policy::LoadDirectory("infra/policy"));
  std::unique_ptr<Term> term(new Term());
  term->player_ = std::make_unique<Player>(address, std::move(instruments));
  term->city_ = std::make_unique<citygen::City>(options);
  term->settle_ = std::move(settle);
  term->more_ = term->city_->NextPhase(&term->next_);
  return term;
}

absl::StatusOr<bool> Term::Next(citygen::Phase* check_ins) {
  const auto at_once = [] { return absl::OkStatus(); };
  check_ins->Clear();
  for (; more_; more_ = city_->NextPhase(&next_)) {
    const bool found = Begins(next_, kCheckIn);
    if (!found && check_ins->calls_size() > 0) return true;
    if (found) {
      if (check_ins->calls_size() == 0) *check_ins->mutable_at() = next_.at();
      check_ins->mutable_calls()->MergeFrom(next_.calls());
      next_.clear_calls();  // The player only moves the clock.
    }
    const bool money = next_.calls().empty() || next_.calls(0).service() == "billing";
    AFTERBELL_RETURN_IF_ERROR(player_->Play(next_, money && !found && settle_ ? settle_ : at_once));
  }
  return check_ins->calls_size() > 0;
}

absl::Status RaceCheckIns(const Flags& flags, const std::string& city_address,
                          const std::function<absl::Status()>& after_batches, Raced* raced) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto echo_server, Child::Spawn("echo"));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string echo_address, echo_server->Await("address"));
  Client city_client(city_address), echo_client(echo_address);
  raced->city_unary.client = raced->city_batch.client = &city_client;
  raced->echo_unary.client = raced->echo_batch.client = &echo_client;
  AFTERBELL_ASSIGN_OR_RETURN(const auto term, Term::Open(city_address, Term::OptionsOf(flags)));
  citygen::Phase calls;
  for (int measured = 0; measured < flags.phases; ++measured) {
    AFTERBELL_ASSIGN_OR_RETURN(const bool more, term->Next(&calls));
    if (!more) break;
    if (measured % 2 == 0) {
      Race(Unary(calls), kOutstanding, measured / 2, &raced->city_unary, &raced->echo_unary);
    } else {
      const std::vector<Ready> ready = Batches(calls);
      raced->batches += ready.size();
      Race(ready, kBatchesOutstanding, measured / 2, &raced->city_batch, &raced->echo_batch);
      AFTERBELL_RETURN_IF_ERROR(after_batches());
    }
  }
  for (const std::string& text : term->unexpected()) std::printf("not as expected: %s\n", text.c_str());
  return absl::OkStatus();
}

void Print(const std::string& prefix, const Raced& raced) {
  Print(prefix + "unary", kOutstanding, 1, raced.city_unary, raced.echo_unary);
  const double batches = static_cast<double>(std::max<uint64_t>(1, raced.batches));
  Print(prefix + "batch", kBatchesOutstanding, static_cast<double>(raced.city_batch.commands) / batches,
        raced.city_batch, raced.echo_batch);
}

}  // namespace afterbell::bench
