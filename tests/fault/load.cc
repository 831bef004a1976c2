#include "tests/fault/load.h"

#include <algorithm>

#include "afterbell/registry/v1/registry_commands.pb.h"

namespace afterbell::fault {
namespace {

constexpr int kSchools = 8;  // Enough to lie in every partition.
constexpr char kService[] = "registry";
constexpr char kDistrict[] = "d1";
const Caller kOperator{"platform_operator", "operator", "cn"};
const Caller kBureau{"education_bureau", "bureau-a", kDistrict};
const Caller kOffice{"academic_affairs_office", "office", kDistrict};

std::string SchoolId(int school) { return "school-" + std::to_string(school); }
std::string GuardianId(int school) { return "guardian-" + std::to_string(school); }

registry::v1::RegisterDistrict Area(const std::string& id, const std::string& level,
                                    const std::string& parent) {
  registry::v1::RegisterDistrict command;
  command.set_district_id(id);
  command.set_code(id);
  command.set_level(level);
  if (!parent.empty()) command.set_parent_id(parent);
  command.set_time_zone("Asia/Shanghai");
  return command;
}

registry::v1::RegisterSchool School(int school) {
  registry::v1::RegisterSchool command;
  command.set_school_id(SchoolId(school));
  command.set_district_id(kDistrict);
  command.set_code(SchoolId(school));
  command.add_stages("primary");
  command.add_grades("1");
  command.set_nature("public");
  command.set_effective_on("2026-01-01");
  return command;
}

}  // namespace

Load::Load(uint32_t seed, const std::string& journal)
    : seed_(seed), journal_(std::fopen(journal.c_str(), "w")) {
  if (journal_ == nullptr) wrong_ = absl::InternalError("cannot write " + journal);
}

Load::~Load() {
  if (journal_ != nullptr) std::fclose(journal_);
}

Request& Load::Make(const std::string& command, const Caller& caller, const std::string& school_id,
                    const std::string& body) {
  char id[37];
  std::snprintf(id, sizeof id, "%08x-0000-4000-8000-%012lx", seed_, static_cast<unsigned long>(++number_));
  log::v1::CommandHeader header;
  header.set_request_id(id);
  header.set_school_id(school_id);
  requests_.push_back({id, MethodOf(kService, command), caller, RequestOf(header, body), std::nullopt});
  return requests_.back();
}

Request& Load::Register(int school, const std::string& person, int kind) {
  registry::v1::RegisterPerson command;
  command.set_person_id(person);
  command.set_kind(static_cast<registry::v1::PersonKind>(kind));
  return Make("register_person", kOffice, SchoolId(school), command.SerializeAsString());
}

// Of eight calls five register somebody; then one is asked under a new id what is so already, one
// asks for something else, and one says whose child it is.
Request& Load::MakeNext() {
  const uint64_t turn = number_ % 8;
  if (turn < 5 || registered_.empty())
    return Register(static_cast<int>(number_ % kSchools), "p" + std::to_string(number_), registry::v1::PUPIL);
  const Pupil pupil = registered_.front();
  registered_.pop_front();
  if (turn == 5) return Register(pupil.school, pupil.id, registry::v1::PUPIL);
  if (turn == 6) return Register(pupil.school, pupil.id, registry::v1::STAFF);
  registry::v1::RecordGuardianship command;
  command.set_pupil_id(pupil.id);
  command.set_guardian_id(GuardianId(pupil.school));
  command.set_relation("parent");
  command.set_from_on("2026-01-01");
  return Make("record_guardianship", kOffice, SchoolId(pupil.school), command.SerializeAsString());
}

std::optional<Answer> Load::AnswerOf(const CallResult& result) {
  Answer answer;
  if (!result.ok()) {
    answer.rule = result.rule;
    answer.reason = result.reason;
    return result.rule.empty() ? std::nullopt : std::optional<Answer>(answer);
  }
  log::v1::CommandAnswer parsed;
  parsed.ParseFromString(result.body);
  answer.partition = parsed.record().partition();
  answer.index = parsed.record().index();
  answer.decided = parsed.outcome() == log::v1::DECIDED;
  answer.body = result.body;
  return answer;
}

void Load::Keep(Request* request, Answer answer) {
  std::fprintf(journal_, "%s\t%u\t%lu\t%s\n", request->id.c_str(), answer.partition,
               static_cast<unsigned long>(answer.index),
               answer.refused() ? answer.rule.c_str()
               : answer.decided ? "decided"
                                : "quiet");
  request->answer = std::move(answer);
  ++answered_;
}

absl::Status Load::CallNow(Client* client, Request* request) {
  const CallResult result = client->Call(request->method, request->caller, request->bytes);
  if (!result.ok()) return absl::InternalError("setting up: " + request->method + ": " + result.message);
  Keep(request, *AnswerOf(result));
  return absl::OkStatus();
}

absl::Status Load::SetUp(const std::string& address, const std::function<absl::Status()>& settle) {
  if (!wrong_.ok()) return wrong_;
  Client client(address);
  const auto commons = [&](const std::string& command, const Caller& caller, const std::string& body) {
    Request& request = Make(command, caller, "", body);
    return CallNow(&client, &request);
  };
  absl::Status status = commons("register_district", kOperator, Area("cn", "nation", "").SerializeAsString());
  if (status.ok())
    status = commons("register_district", kOperator, Area(kDistrict, "district", "cn").SerializeAsString());
  for (int school = 0; school < kSchools && status.ok(); ++school) {
    status = commons("register_school", kBureau, School(school).SerializeAsString());
  }
  if (status.ok()) status = settle();
  for (int school = 0; school < kSchools && status.ok(); ++school) {
    status = CallNow(&client, &Register(school, GuardianId(school), registry::v1::GUARDIAN));
  }
  return status;
}

void Load::Send(Client* client, Request* request) {
  {
    const std::lock_guard lock(mutex_);
    if (++outstanding_ == kOutstanding) asking_changed_.notify_all();
  }
  request->asked_at = std::chrono::steady_clock::now();
  client->Start(request->method, request->caller, request->bytes, [this, request](const CallResult& result) {
    std::optional<Answer> answer = AnswerOf(result);
    {
      const std::lock_guard lock(mutex_);
      --outstanding_;
      if (!answer) {
        lost_ = true;
        asking_changed_.notify_all();
      }
    }
    if (!answer) {
      if (!killing_) wrong_ = absl::InternalError(request->method + ": " + result.message);
      return;
    }
    const auto waited = std::chrono::steady_clock::now() - request->asked_at;
    slowest_us_ =
        std::max<int64_t>(slowest_us_, std::chrono::duration_cast<std::chrono::microseconds>(waited).count());
    if (answer->decided && request->method == MethodOf(kService, "register_person")) {
      // Which pupil that was stands in its number.
      const uint64_t number = std::stoull(request->id.substr(24), nullptr, 16) - 1;
      registered_.push_back({static_cast<int>(number % kSchools), "p" + std::to_string(number)});
    }
    Keep(request, *std::move(answer));
  });
}

absl::Status Load::AskUntilKilled(const std::string& address) {
  begun_ = requests_.size();
  lost_ = false;
  killing_ = false;
  Client client(address);
  while (!lost_) {
    client.WaitBelow(kOutstanding);
    if (lost_) break;
    Send(&client, &MakeNext());
    if (!asking_) {
      const std::lock_guard lock(mutex_);
      asking_ = true;
      asking_changed_.notify_all();
    }
  }
  client.WaitAll();
  std::fflush(journal_);
  const std::lock_guard lock(mutex_);
  asking_ = false;
  return wrong_;
}

absl::Status Load::AskWhile(const std::string& address, const std::function<bool()>& go_on,
                            std::chrono::seconds patience) {
  begun_ = requests_.size();
  killing_ = false;
  Client client(Instances{{"", {address}}}, patience);
  while (wrong_.ok() && go_on()) {
    client.WaitBelow(kOutstanding);
    Send(&client, &MakeNext());
  }
  client.WaitAll();
  std::fflush(journal_);
  return wrong_;
}

void Load::WaitUntilAsking() {
  std::unique_lock lock(mutex_);
  asking_changed_.wait(lock, [this] { return asking_; });
}

void Load::WaitUntilFull() {
  std::unique_lock lock(mutex_);
  asking_changed_.wait(lock, [this] { return outstanding_ == kOutstanding || lost_ || !asking_; });
}

absl::Status Load::Repeat(const std::string& address, const std::vector<Request*>& requests,
                          uint64_t* differing, std::chrono::seconds patience) {
  Client client(Instances{{"", {address}}}, patience);
  absl::Status wrong;
  for (Request* request : requests) {
    client.WaitBelow(kOutstanding);
    client.Start(request->method, request->caller, request->bytes,
                 [this, &wrong, request, differing](const CallResult& result) {
                   std::optional<Answer> answer = AnswerOf(result);
                   if (!answer) {
                     wrong = absl::InternalError("asked again: " + request->method + ": " + result.message);
                   } else if (!request->answer) {
                     Keep(request, *std::move(answer));
                   } else if (*request->answer != *answer) {
                     ++*differing;
                   }
                 });
  }
  client.WaitAll();
  std::fflush(journal_);
  return wrong;
}

}  // namespace afterbell::fault
