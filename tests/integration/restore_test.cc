// A city whose cluster is destroyed and put back from its archive: archived while it was in use, partition
// after partition, the brokers killed and their folder removed, imported by the CLI into other brokers as a
// new incarnation, and gone on with.
#include "services/platform/log/archive/restore.h"

#include <stdio.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/platform/log/archive/archive.h"
#include "services/platform/log/archive/export.h"
#include "services/platform/log/embedded/embedded_log.h"
#include "services/platform/policy/loader.h"
#include "services/platform/replay/verify.h"
#include "services/reviews/review.h"
#include "tests/fault/checker.h"
#include "tests/integration/played.h"
#include "tests/kafka/city.h"

namespace afterbell {
namespace {

constexpr uint32_t kSchoolPartitions = 3;
// The archive is taken from here on, a service after the other, a phase played before each. More of them
// would put the clock, which is archived late, beyond deadlines of what was lost: those fire before anybody
// can ask again, and the city rightly comes out otherwise.
constexpr int kArchivedFromPhase = 60;
constexpr int kPhasesBetween = 1;
// What is played after that, up to here, is in no archive.
constexpr int kLostAtPhase = 72;
constexpr size_t kAskedAgainEach = 10;  // One call of so many is asked again by itself, its answer compared.

std::string Variable(const char* name) { return getenv(name) == nullptr ? "" : getenv(name); }

// What a program prints; fails the test unless it ends with 0.
std::string OutputOf(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << command;
    return "";
  }
  std::string text;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += static_cast<char>(c);
  EXPECT_EQ(pclose(pipe), 0) << command << "\n" << text;
  return text;
}

// One broker in a folder of its own, to be destroyed.
class Cluster {
 public:
  explicit Cluster(std::string folder) : folder_(std::move(folder)) {
    address_ = OutputOf(Tool("up --port 0 --while-pid " + std::to_string(getpid())));
    while (!address_.empty() && address_.back() == '\n') address_.pop_back();
  }
  ~Cluster() { Destroy(); }

  const std::string& address() const { return address_; }
  // As by a power cut: nothing is said to anybody.
  void Kill() { OutputOf(Tool("kill")); }
  // Its records too.
  void Destroy() {
    OutputOf(Tool("reset"));
    std::filesystem::remove_all(folder_);
  }

 private:
  std::string Tool(const std::string& command) const {
    return Variable("KAFKA_TOOL") + " " + command + " --data " + folder_;
  }

  const std::string folder_;
  std::string address_;
};

std::unique_ptr<Host> Start(const std::string& brokers, const std::string& data) {
  HostOptions options;
  options.kafka = brokers;
  options.data_directory = data;
  options.limits.set_request_days_max(36500);
  auto host = Host::Start(options, HostCity());
  EXPECT_TRUE(host.ok()) << host.status();
  return host.ok() ? *std::move(host) : nullptr;
}

// Phase by phase, so that something else can be done between two of them.
class Term {
 public:
  explicit Term(Host* host) : host_(host), city_(TwoMonths(11, 8)) {
    auto instruments = policy::LoadDirectory("infra/policy");
    EXPECT_TRUE(instruments.ok()) << instruments.status();
    player_ = std::make_unique<Player>(host->address(), *std::move(instruments));
  }

  void PlayUntil(int phases) {
    while (phases_ < phases) {
      citygen::Phase phase;
      ASSERT_TRUE(city_.NextPhase(&phase));
      ASSERT_EQ(player_->Play(phase, [this] { return host_->runtime().WaitQuiet(kQuietAtMost); }),
                absl::OkStatus());
      ++phases_;
      for (const citygen::Call& call : phase.calls()) {
        if (calls_seen_++ % kAskedAgainEach == 0) sample_.push_back(call);
      }
    }
  }
  void PlayOn(int phases) { PlayUntil(phases_ + phases); }

  int phases() const { return phases_; }
  const std::vector<citygen::Call>& sample() const { return sample_; }

 private:
  Host* const host_;
  citygen::City city_;
  std::unique_ptr<Player> player_;
  int phases_ = 0;
  size_t calls_seen_ = 0;
  std::vector<citygen::Call> sample_;
};

// The answers to calls that were answered before, each asked once more.
std::vector<CallResult> AskAgain(const std::string& address, const std::vector<citygen::Call>& calls) {
  Client client(address);
  std::vector<CallResult> answers;
  for (const citygen::Call& call : calls)
    answers.push_back(client.Call(MethodOf(call.service(), call.command()),
                                  {call.role(), call.person_id(), call.district_id()},
                                  RequestOf(HeaderOfCall(call), call.body())));
  return answers;
}

log::v1::CommandAnswer AnswerIn(const CallResult& result) {
  log::v1::CommandAnswer answer;
  EXPECT_TRUE(answer.ParseFromString(result.body));
  answer.clear_position();  // Says up to where was seen, in this incarnation.
  return answer;
}

// A log whose city lives on while it is exported, before the partitions of each service.
class LivedInLog final : public EventLog {
 public:
  LivedInLog(EventLog* log, std::function<void()> live_on) : log_(log), live_on_(std::move(live_on)) {}

  absl::StatusOr<std::shared_ptr<LogPartition>> Open(const PartitionId& id) override {
    if (exporting_ && id.service != service_) {
      service_ = id.service;
      live_on_();
    }
    return log_->Open(id);
  }
  absl::StatusOr<std::vector<PartitionId>> List() const override {
    exporting_ = true;  // The Genesis is looked for before.
    return log_->List();
  }

 private:
  EventLog* const log_;
  const std::function<void()> live_on_;
  mutable bool exporting_ = false;
  std::string service_;
};

// The Commits of a log as the list of what was lost shows them: without their commands.
using Commits = std::map<PartitionId, std::map<uint64_t, log::v1::Commit>>;

Commits CommitsOf(EventLog* log) {
  Commits commits;
  const auto history = replay::History::Load(log, {});
  EXPECT_TRUE(history.ok()) << history.status();
  for (const PartitionId& id : (*history)->partitions()) {
    replay::RecordReader reader = (*history)->Read(id);
    for (;;) {
      const auto commit = reader.Peek();
      EXPECT_TRUE(commit.ok()) << commit.status();
      if (!commit.ok() || *commit == nullptr) break;
      log::v1::Commit head = **commit;
      head.clear_command();
      commits[id][head.index()] = std::move(head);
      reader.Pop();
    }
  }
  return commits;
}

PartitionId IdOfText(const std::string& text) {
  const size_t slash = text.find('/');
  return {text.substr(0, slash), static_cast<uint32_t>(std::atoi(text.c_str() + slash + 1))};
}

// The Commits that the list names; `others` counts claims.
Commits CommitsListedIn(const std::string& path, uint64_t* others) {
  Commits commits;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == ' ') continue;  // An event of the record before.
    const size_t space = line.find(' ');
    log::v1::Record record;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line.substr(space + 1), &record).ok()) << line;
    if (record.has_commit()) {
      commits[IdOfText(line.substr(0, space))][record.commit().index()] = record.commit();
    } else {
      ++*others;
    }
  }
  return commits;
}

// What import said of one partition.
struct Said {
  uint64_t kept = 0, archived = 0, known_of = 0;
};

std::map<PartitionId, Said> ReadSaid(const std::string& output) {
  std::map<PartitionId, Said> all;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    char service[32];
    unsigned number = 0;
    unsigned long kept = 0, archived = 0, known_of = 0;
    const int read = std::sscanf(line.c_str(), "%31[a-z]/%u: %lu of %lu records; others had seen it to %lu",
                                 service, &number, &kept, &archived, &known_of);
    if (read >= 4) all[{service, number}] = {kept, archived, known_of};
  }
  return all;
}

std::vector<std::string> ReviewsOf(const replay::History& history) {
  std::vector<std::string> answers;
  for (const reviews::Review* review : reviews::All()) {
    const auto result = review->Run(history, CityServices(), {});
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) continue;
    for (const reviews::Table& table : result->tables) answers.push_back(reviews::AsCsv(table));
  }
  return answers;
}

void ExpectEveryDecisionAgain(const replay::History& history) {
  const replay::VerifyReport report = replay::Verify(history, CityServices(), {});
  EXPECT_TRUE(report.ok()) << replay::Summary(report);
  EXPECT_GT(report.decisions, 1000u);
}

TEST(Restore, ACityWhoseClusterIsDestroyedGoesOnFromItsArchive) {
  const std::string folder = ::testing::TempDir() + "/restore";
  std::filesystem::remove_all(folder);
  const std::string archived = folder + "/archive", projections = folder + "/projections";
  fault::StandsById before;
  Commits lived;
  std::vector<citygen::Call> sample;
  std::vector<CallResult> first;
  {
    Cluster cluster(folder + "/before");
    ASSERT_TRUE(BeginCity({.brokers = cluster.address(),
                           .school_partitions = kSchoolPartitions,
                           .clock = log::v1::SIMULATED})
                    .ok());
    const auto host = Start(cluster.address(), projections);
    ASSERT_NE(host, nullptr);
    Term term(host.get());
    term.PlayUntil(kArchivedFromPhase);
    LivedInLog log(&host->log(), [&] { term.PlayOn(kPhasesBetween); });
    const auto exported = archive::Export(&log, archived, /*now=*/1);
    ASSERT_TRUE(exported.ok()) << exported.status();
    ASSERT_EQ(term.phases(), kArchivedFromPhase + kPhasesBetween * static_cast<int>(CityServices().size()));
    EXPECT_GT(exported->left, 0u);
    term.PlayUntil(kLostAtPhase);
    ASSERT_EQ(host->runtime().WaitSettled(kQuietAtMost), absl::OkStatus());
    sample = term.sample();
    first = AskAgain(host->address(), sample);
    lived = CommitsOf(&host->log());
    const auto stands = fault::ReadRequests(&host->log());
    ASSERT_TRUE(stands.ok()) << stands.status();
    before = *stands;
    cluster.Kill();
    cluster.Destroy();
    EXPECT_FALSE(std::filesystem::exists(folder + "/before"));
    host->Stop();
  }

  // Into other brokers, by the program an operator has. It says what was lost.
  const std::string brokers = Variable("KAFKA"), list = folder + "/lost.txt";
  const std::string output = OutputOf("tools/afterbell/afterbell log import --replication 1 --from " +
                                      archived + " --kafka " + brokers + " --lost " + list);
  std::printf("%s", output.c_str());
  const auto manifest = archive::ReadManifest(archived);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  std::map<PartitionId, Said> said = ReadSaid(output);
  uint64_t claims = 0, cut = 0, never_archived = 0, known_beyond = 0;
  const Commits listed = CommitsListedIn(list, &claims);
  std::map<PartitionId, uint64_t> kept;
  for (const log::v1::ArchivedPartition& partition : manifest->partitions()) {
    const PartitionId id = archive::IdOf(partition);
    SCOPED_TRACE(ToString(id));
    if (said.count(id) == 0) said[id] = {partition.index(), partition.index(), 0};
    kept[id] = said[id].kept;
    EXPECT_EQ(said[id].archived, partition.index());
    // Named is what was archived and cut off, each record of it and nothing else.
    Commits gone;
    for (const auto& [index, commit] : lived[id]) {
      if (index > partition.index()) ++never_archived;
      if (index > kept[id] && index <= partition.index()) gone[id][index] = commit;
    }
    cut += gone[id].size();
    const auto named = listed.find(id);
    ASSERT_EQ(named == listed.end() ? 0 : named->second.size(), gone[id].size());
    for (const auto& [index, commit] : gone[id]) {
      ASSERT_EQ(named->second.count(index), 1u) << index;
      EXPECT_EQ(named->second.at(index).SerializeAsString(), commit.SerializeAsString()) << index;
    }
    // What others had seen beyond the archive was there, and is lost.
    if (said[id].known_of == 0) continue;
    ++known_beyond;
    EXPECT_GT(said[id].known_of, partition.index());
    EXPECT_LE(said[id].known_of, lived[id].rbegin()->first);
  }
  EXPECT_GT(cut, 0u) << "the tails were not uneven";
  EXPECT_GT(never_archived, 0u);
  EXPECT_GT(known_beyond, 0u);

  // The projections of the lost city are no use any more: some of their records are gone.
  Played played;
  played.host = Start(brokers, projections);
  ASSERT_NE(played.host, nullptr);
  EXPECT_FALSE(played.host->notes().empty());
  EXPECT_NE(played.host->runtime().incarnation(), played.host->runtime().log_id());
  const auto stands = fault::ReadRequests(&played.host->log());
  ASSERT_TRUE(stands.ok()) << stands.status();
  size_t here = 0, gone = 0;
  for (const auto& [id, places] : before) {
    const fault::Stands& stood = places.front();
    const auto found = stands->find(id);
    if (stood.index > kept[stood.id]) {
      EXPECT_EQ(found, stands->end()) << id;
      ++gone;
      continue;
    }
    ++here;
    ASSERT_NE(found, stands->end()) << id;
    EXPECT_EQ(found->second.front().index, stood.index);
    EXPECT_EQ(found->second.front().rule, stood.rule);
  }
  std::printf("%zu requests put back, %zu lost; %lu records cut off, %lu never archived\n", here, gone,
              static_cast<unsigned long>(cut), static_cast<unsigned long>(never_archived));
  EXPECT_GT(here, 100u);
  EXPECT_GT(gone, 0u);

  // Everybody asks everything again: what is known gets its first answer, what was lost is decided now, and
  // the city comes out as if nothing had happened.
  PlayInto(TwoMonths(11, 8), &played);
  ASSERT_EQ(played.host->runtime().WaitSettled(kQuietAtMost), absl::OkStatus());
  const std::vector<CallResult> now = AskAgain(played.host->address(), sample);
  size_t first_answers = 0, anew = 0;
  for (size_t i = 0; i < sample.size(); ++i) {
    SCOPED_TRACE(sample[i].service() + " " + sample[i].command() + " " + sample[i].request_id());
    const auto stood = before.find(sample[i].request_id());
    if (stood == before.end()) continue;  // Refused without a record, as a request that nobody may ask.
    EXPECT_EQ(now[i].code, first[i].code) << now[i].message;
    EXPECT_EQ(now[i].rule, first[i].rule);
    if (!first[i].ok() || !now[i].ok()) continue;
    const bool survived = stood->second.front().index <= kept[stood->second.front().id];
    ++(survived ? first_answers : anew);
    if (survived) {
      EXPECT_EQ(AnswerIn(now[i]).SerializeAsString(), AnswerIn(first[i]).SerializeAsString());
    } else {
      EXPECT_EQ(AnswerIn(now[i]).record().log_id(), played.host->runtime().incarnation());
    }
  }
  std::printf("asked again: %zu first answers, %zu decided anew\n", first_answers, anew);
  EXPECT_GT(first_answers, 0u);
  EXPECT_GT(anew, 0u);

  const auto history = replay::History::Load(&played.host->log(), {});
  ASSERT_TRUE(history.ok()) << history.status();
  ExpectAnswers(played, **history);
  ExpectEveryDecisionAgain(**history);
  const auto all = fault::ReadRequests(&played.host->log());
  ASSERT_TRUE(all.ok());
  for (const auto& [id, places] : *all) EXPECT_EQ(places.size(), 1u) << id;

  // And from Kafka into one folder, where it answers the same.
  const std::string copied = folder + "/copied";
  const auto exported = archive::Export(&played.host->log(), copied, /*now=*/2);
  ASSERT_TRUE(exported.ok()) << exported.status();
  EmbeddedLogOptions options;
  options.directory = folder + "/embedded/log";
  {
    const auto log = EmbeddedLog::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    const auto restored = archive::Restore(log->get(), {.directory = copied, .now = 2});
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(restored->lost, 0u);
    const auto embedded = replay::History::Load(log->get(), {});
    ASSERT_TRUE(embedded.ok()) << embedded.status();
    ExpectAnswers(played, **embedded);
    ExpectEveryDecisionAgain(**embedded);
    EXPECT_EQ(ReviewsOf(**embedded), ReviewsOf(**history));
  }
  // It serves there too, and each request gets its first answer.
  Played served;
  served.host = OpenCity(folder + "/embedded");
  ASSERT_NE(served.host, nullptr);
  PlayInto(TwoMonths(11, 8), &served);
  EXPECT_EQ(served.player->counts().unexpected, 0u);
  EXPECT_EQ(served.player->counts().refusals, played.player->counts().refusals);
}

}  // namespace
}  // namespace afterbell
