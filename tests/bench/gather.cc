// A page that is gathered from all partitions beside one of as many rows that a single partition answers: the
// same query, over reports of one district's schools, one of which has a partition's worth for itself.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "afterbell/inspection/v1/inspection_commands.pb.h"
#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/config/config.h"
#include "services/platform/decider/paging.h"
#include "services/platform/host/host.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/child.h"
#include "tests/bench/clock.h"
#include "tests/bench/open_loop.h"

namespace afterbell::bench {
namespace {

constexpr int kRows = kPageSizeMax;
constexpr char kDistrict[] = "xiji";
constexpr char kSpread[] = "inducement";      // Reported of a school in each partition by turns,
constexpr char kTogether[] = "against_will";  // and of one school alone.
const Caller kBureau{"education_bureau", "bureau-of-the-bench", kDistrict};

// A school in each partition, of those whose pupils are checked in.
absl::StatusOr<std::vector<std::string>> OneOfEachPartition(const citygen::Phase& check_ins) {
  const uint32_t partitions = HostOptions().school_partitions;
  std::map<uint32_t, std::string> schools;
  for (const citygen::Call& call : check_ins.calls())
    schools.emplace(PartitionOfSchool(call.school_id(), partitions), call.school_id());
  if (schools.size() < partitions)
    return absl::InvalidArgumentError("--schools: too few to lie in every partition");
  std::vector<std::string> ids;
  for (const auto& [number, id] : schools) ids.push_back(id);
  return ids;
}

Ready Report(const std::string& school_id, const std::string& code, int number) {
  inspection::v1::ReportViolation report;
  report.set_case_id(absl::StrCat("case-", code, "-", number));
  report.add_codes(code);
  report.set_subject_id(absl::StrCat("subject-", number));
  log::v1::RecordId& ref = *report.add_event_refs();
  ref.set_log_id("log");
  ref.set_service("attendance");
  ref.set_partition(1);
  ref.set_index(1);
  log::v1::CommandHeader header;
  header.set_request_id(DerivedUuid(report.case_id()));
  header.set_school_id(school_id);
  return {MethodOf("inspection", "report_violation"), kBureau, RequestOf(header, report.SerializeAsString())};
}

absl::Status ReportAll(Client* client, const std::vector<std::string>& schools) {
  std::vector<Ready> reports;
  for (int i = 0; i < kRows; ++i) {
    reports.push_back(Report(schools[i % schools.size()], kSpread, i));
    reports.push_back(Report(schools[0], kTogether, i));
  }
  Side side{client};
  Send(reports, kOutstanding, &side);
  return side.failed == 0 ? absl::OkStatus() : absl::InternalError(side.first_failure);
}

// Without a school: of all partitions.
std::string PageOf(const std::string& school_id, const char* code) {
  inspection::v1::ListViolationsRequest request;
  request.mutable_header()->set_school_id(school_id);
  request.mutable_header()->set_page_size(kRows);
  request.set_district_id(kDistrict);
  request.set_state(inspection::v1::REPORTED);
  request.set_code(code);
  return request.SerializeAsString();
}

// All rows, however many pages they take: a page that has become long ends early.
absl::Status Ask(Client* client, const std::string& first, Samples* samples) {
  const auto begun = std::chrono::steady_clock::now();
  std::string request = first;
  for (int rows = 0; rows < kRows;) {
    const CallResult result = client->Call(MethodOf("inspection", "list_violations"), kBureau, request);
    if (!result.ok()) return absl::InternalError(result.message);
    inspection::v1::ListViolationsAnswer answer;
    answer.ParseFromString(result.body);
    rows += answer.violations_size();
    const std::string& token = answer.page().next_page_token();
    if (rows < kRows && token.empty()) return absl::InternalError("rows are missing");
    inspection::v1::ListViolationsRequest next;
    next.ParseFromString(first);
    next.mutable_header()->set_page_token(token);
    request = next.SerializeAsString();
  }
  samples->Add(SecondsSince(begun) * 1e6);
  return absl::OkStatus();
}

}  // namespace

absl::Status Gather(const Flags& flags) {
  std::filesystem::remove_all(flags.data);
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, Child::Spawn("city", flags.data));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string address, city->Await("address"));
  citygen::CityOptions options = Term::OptionsOf(flags);
  options.districts = {kDistrict};
  AFTERBELL_ASSIGN_OR_RETURN(const auto term, Term::Open(address, options));
  citygen::Phase check_ins;
  AFTERBELL_RETURN_IF_ERROR(term->Next(&check_ins).status());
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<std::string> schools, OneOfEachPartition(check_ins));
  Client client(address);
  AFTERBELL_RETURN_IF_ERROR(ReportAll(&client, schools));
  AFTERBELL_RETURN_IF_ERROR(city->Settle());
  const std::string gathered = PageOf("", kSpread), single = PageOf(schools[0], kTogether);
  Samples of_all, of_one, warm;
  for (uint64_t i = 0; i < flags.queries; ++i) {
    const bool counts = i >= flags.queries / 10;
    AFTERBELL_RETURN_IF_ERROR(Ask(&client, gathered, counts ? &of_all : &warm));
    AFTERBELL_RETURN_IF_ERROR(Ask(&client, single, counts ? &of_one : &warm));
  }
  std::printf(
      "{\"bench\": \"gather\", \"rows\": %d, \"partitions\": %zu, \"pages\": %zu, %s, %s, \"ratio_p50\": "
      "%.2f, \"ratio_p99\": %.2f}\n",
      kRows, schools.size(), of_all.size(), of_all.Json("gathered").c_str(), of_one.Json("single").c_str(),
      of_all.At(0.5) / of_one.At(0.5), of_all.At(0.99) / of_one.At(0.99));
  return absl::OkStatus();
}

}  // namespace afterbell::bench
