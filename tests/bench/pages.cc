// Check-ins while another client asks for pages without pause, beside the same check-ins without: a page is
// answered on the turn of the partition that it is of, and its 500 rows are of a school that is being checked
// in. Phases alternate, a school day each.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "afterbell/attendance/v1/attendance_queries.pb.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/decider/paging.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/child.h"
#include "tests/bench/clock.h"
#include "tests/bench/open_loop.h"

namespace afterbell::bench {
namespace {

constexpr int kRows = kPageSizeMax;

// Who asks who is in, again as soon as it is told; a client and a connection of its own.
class Reader {
 public:
  Reader(const std::string& address, const citygen::Call& of) {
    attendance::v1::ListPupilsInRequest request;
    request.mutable_header()->set_school_id(of.school_id());
    request.mutable_header()->set_page_size(kRows);
    thread_ = std::thread([this, address, caller = Caller{of.role(), of.person_id(), of.district_id()},
                           bytes = request.SerializeAsString()] {
      Client client(address);
      while (!stop_ && status_.ok()) Ask(&client, caller, bytes);
    });
  }

  // A page is full, or has become long and says where the next one begins: another is an error.
  absl::Status Stop(Samples* pages) {
    stop_ = true;
    thread_.join();
    pages->Add(pages_);
    return status_;
  }

 private:
  void Ask(Client* client, const Caller& caller, const std::string& request) {
    const auto begun = std::chrono::steady_clock::now();
    const CallResult result = client->Call(MethodOf("attendance", "list_pupils_in"), caller, request);
    pages_.Add(SecondsSince(begun) * 1e6);
    // Parsed once: it would cost the machine as much as making the page does.
    if (!result.ok()) status_ = absl::InternalError(result.message);
    if (!result.ok() || pages_.size() > 1) return;
    attendance::v1::ListPupilsInAnswer answer;
    answer.ParseFromString(result.body);
    if (answer.pupils_size() != kRows && answer.page().next_page_token().empty())
      status_ = absl::InternalError("rows are missing");
  }

  std::atomic<bool> stop_{false};
  absl::Status status_;
  Samples pages_;
  std::thread thread_;
};

struct Beside {
  Side without, with;
  Samples pages;
};

// The first of the calls is of the school that pages are of: as many of its pupils as fill one are in before.
absl::Status FillPage(const citygen::Phase& all, Client* client, citygen::Phase* rest) {
  citygen::Phase first;
  const std::string& school = all.calls(0).school_id();
  rest->Clear();
  for (const citygen::Call& call : all.calls()) {
    const bool fills = call.school_id() == school && first.calls_size() < kRows;
    *(fills ? first : *rest).add_calls() = call;
  }
  if (first.calls_size() < kRows)
    return absl::InvalidArgumentError("--pupils: too few of a school come to fill a page");
  Side side{client};
  Send(Batches(first), kBatchesOutstanding, &side);
  return side.failed == 0 ? absl::OkStatus() : absl::InternalError(side.first_failure);
}

absl::Status Measure(const std::string& address, const citygen::Phase& calls, bool batches, bool with,
                     Beside* beside) {
  std::unique_ptr<Reader> reader;
  if (with) reader = std::make_unique<Reader>(address, calls.calls(0));
  Send(batches ? Batches(calls) : Unary(calls), batches ? kBatchesOutstanding : kOutstanding,
       with ? &beside->with : &beside->without);
  return with ? reader->Stop(&beside->pages) : absl::OkStatus();
}

void PrintBeside(const char* name, Beside* beside) {
  std::printf(
      "{\"bench\": \"pages_%s\", \"rows\": %d, \"check_ins\": %lu, \"failed\": %lu, \"with_per_second\": "
      "%.0f, \"without_per_second\": %.0f, \"ratio\": %.3f, \"pages_per_second\": %.0f, %s}\n",
      name, kRows, beside->with.commands + beside->without.commands,
      beside->with.failed + beside->without.failed, beside->with.rate(), beside->without.rate(),
      beside->with.rate() / beside->without.rate(),
      static_cast<double>(beside->pages.size()) / beside->with.seconds, beside->pages.Json("page").c_str());
}

}  // namespace

absl::Status Pages(const Flags& flags) {
  std::filesystem::remove_all(flags.data);
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, Child::Spawn("city", flags.data));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string address, city->Await("address"));
  citygen::CityOptions options = Term::OptionsOf(flags);
  options.districts = {"xiji"};  // A session a day, so that one phase is like the next.
  AFTERBELL_ASSIGN_OR_RETURN(const auto term, Term::Open(address, options));
  Client client(address);
  Beside unary, batch;
  for (Beside* each : {&unary, &batch}) each->with.client = each->without.client = &client;
  citygen::Phase all, rest;
  for (int measured = 0; measured < flags.phases; ++measured) {
    AFTERBELL_ASSIGN_OR_RETURN(const bool more, term->Next(&all));
    if (!more) break;
    AFTERBELL_RETURN_IF_ERROR(FillPage(all, &client, &rest));
    const bool batches = measured / 2 % 2 != 0, with = measured % 2 != 0;
    AFTERBELL_RETURN_IF_ERROR(Measure(address, rest, batches, with, batches ? &batch : &unary));
  }
  for (const std::string& text : term->unexpected()) std::printf("not as expected: %s\n", text.c_str());
  PrintBeside("unary", &unary);
  PrintBeside("batch", &batch);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
