// The relay on a real broker: what outsiders are shown is every valid event and nothing else, in order, and
// it stops loudly where it must not go on.
#include "services/relay/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <future>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/city/city.h"
#include "services/platform/base/ids.h"
#include "services/platform/config/config.h"
#include "services/relay/checkpoints.h"
#include "tests/integration/played.h"
#include "tests/relay/public_topics.h"
#include "tests/relay/truth.h"

namespace afterbell::relay_test {
namespace {

using relay::Lag;
using relay::Relay;
using relay::RelayOptions;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

constexpr uint32_t kSchoolPartitions = 3;
constexpr std::chrono::seconds kPatience(120);

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    static int number = 0;
    options_.log.brokers = getenv("KAFKA") == nullptr ? "" : getenv("KAFKA");
    options_.log.topic_prefix = "city" + std::to_string(++number);
    const auto config = ParseConfig("", "", [](const std::string&) { return nullptr; });
    options_.limits = config->relay();
    options_.limits.set_checkpoint_ms_max(100);
    options_.session_timeout = std::chrono::milliseconds(1000);
    options_.services = {"attendance"};
    options_.say = [this](const std::string& line) {
      const std::lock_guard lock(said_mutex_);
      said_.push_back(line);
    };
    const auto made = MakeLog(options_.log, kSchoolPartitions);
    EXPECT_TRUE(made.ok()) << made.status();
    log_id_ = made.ok() ? *made : "";
    auto log = KafkaLog::Open(options_.log);
    EXPECT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  std::unique_ptr<Relay> Start() {
    auto relay = Relay::Start(options_);
    EXPECT_TRUE(relay.ok()) << relay.status();
    return *std::move(relay);
  }

  Writer WriterOf(uint32_t number, const std::string& service = "attendance") {
    auto writer = Writer::Open(log_.get(), {service, number}, kSchoolPartitions);
    EXPECT_TRUE(writer.ok()) << writer.status();
    return *std::move(writer);
  }

  static void Await(const std::function<bool()>& come, const std::string& what) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!come()) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << what;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  // Until one relay, or several together, hold all partitions and have nothing left to do, and so many events
  // are there.
  void AwaitSettled(const std::vector<Relay*>& relays, uint64_t events) {
    Await(
        [&] {
          size_t settled = 0, of = 0;
          for (Relay* relay : relays) {
            for (const Lag& lag : relay->Lags()) {
              settled += lag.settled;
              of += lag.of;
            }
          }
          uint64_t count = 0;
          for (const std::string& service : options_.services) {
            const auto of_one = PublicTopic(options_.log, service).Count();
            count += of_one.ok() ? *of_one : 0;
          }
          return settled == of / relays.size() && count >= events;
        },
        "not settled");
  }

  bool HasSaid(const std::string& text) {
    const std::lock_guard lock(said_mutex_);
    return std::any_of(said_.begin(), said_.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }

  std::vector<PublicMessage> ReadPublic(const std::string& service = "attendance") {
    auto messages = PublicTopic(options_.log, service).ReadAll();
    EXPECT_TRUE(messages.ok()) << messages.status();
    return messages.ok() ? *std::move(messages) : std::vector<PublicMessage>();
  }

  // Each valid event of these services once, in order of its source, and nothing else.
  void ExpectExactly(const Truth& truth) {
    for (const std::string& service : options_.services) {
      SCOPED_TRACE(service);
      const auto& valid = truth.valid.count(service) > 0 ? truth.valid.at(service) : kNothing;
      std::map<PublicIdentity, int> seen;
      std::map<std::pair<int32_t, std::string>, PublicIdentity> last;
      int unknown = 0, differing = 0, of_void = 0, back = 0, elsewhere = 0;
      for (const PublicMessage& message : ReadPublic(service)) {
        const PublicIdentity identity = message.identity();
        ++seen[identity];
        const auto found = valid.find(identity);
        unknown += found == valid.end();
        differing += found != valid.end() && found->second != message.content();
        of_void += truth.void_values.count(message.value) > 0;
        auto [before, first] = last.insert({{message.partition, identity.source}, identity});
        back += !first && !(before->second < identity);
        before->second = identity;
        elsewhere += message.partition !=
                     static_cast<int32_t>((Murmur2(message.key) & 0x7fffffff) % (kSchoolPartitions + 1));
      }
      int repeated = 0;
      for (const auto& [identity, times] : seen) repeated += times > 1;
      EXPECT_EQ(seen.size(), valid.size());
      EXPECT_EQ(unknown, 0);
      EXPECT_EQ(differing, 0) << "key, type, value, kind, district or time";
      EXPECT_EQ(of_void, 0);
      EXPECT_EQ(back, 0) << "order of a source";
      EXPECT_EQ(repeated, 0);
      EXPECT_EQ(elsewhere, 0) << "partition of a key";
    }
  }

  Truth ReadAllTruth() {
    auto truth = ReadTruth(*log_);
    EXPECT_TRUE(truth.ok()) << truth.status();
    return *std::move(truth);
  }

  static const std::map<PublicIdentity, PublicContent> kNothing;
  RelayOptions options_;
  std::string log_id_;
  std::unique_ptr<KafkaLog> log_;
  std::mutex said_mutex_;
  std::vector<std::string> said_;
};
const std::map<PublicIdentity, PublicContent> RelayTest::kNothing;

// Records that were not written by whoever they belong to, behind the newest: the Genesis again, a Commit
// twice, and one of a zombie that has something of its own to say.
void PlantVoid(KafkaLog& log) {
  const auto ids = log.List();
  ASSERT_TRUE(ids.ok()) << ids.status();
  for (const PartitionId& id : *ids) {
    const auto partition = log.Open(id);
    ASSERT_TRUE(partition.ok()) << partition.status();
    std::vector<std::string> planted;
    for (const uint64_t offset : {uint64_t{0}, (*partition)->End() - 1}) {
      const auto batch = ReadWaiting(**partition, offset, 1, 1, kPatience);
      ASSERT_TRUE(batch.ok()) << batch.status();
      planted.emplace_back(batch->records.at(0).value);
    }
    log::v1::Record zombie;
    if (id.service == "attendance" && zombie.ParseFromString(planted.back()) && zombie.has_commit()) {
      attendance::v1::AttendanceEvent event;
      event.mutable_pupil_checked_in()->set_pupil_id("zombie");
      *zombie.mutable_commit()->add_events() = event.SerializeAsString();
      planted.push_back(zombie.SerializeAsString());
    }
    std::promise<absl::Status> done;
    (*partition)->Append(std::move(planted), [&](const absl::Status& status, uint64_t) {
      done.set_value(status);
    });
    const absl::Status appended = done.get_future().get();
    ASSERT_TRUE(appended.ok()) << appended;
  }
}

// For the consumer in another language (consumer_test.sh).
void WriteLists(const std::string& folder, const std::string& prefix, const Truth& truth) {
  std::ofstream(folder + "/prefix") << prefix;
  std::ofstream valid(folder + "/valid.tsv"), voids(folder + "/void.tsv");
  const auto hash = [](const std::string& bytes) { return absl::BytesToHexString(Sha256(bytes)); };
  for (const auto& [service, events] : truth.valid) {
    for (const auto& [identity, content] : events) {
      valid << identity.source << '\t' << identity.index << '.' << identity.ordinal << '\t' << content.key
            << '\t' << content.type << '\t' << hash(content.value) << '\n';
    }
  }
  for (const std::string& value : truth.void_values) voids << hash(value) << '\n';
  std::ofstream(folder + "/void_records") << truth.void_records;
}

class PlayedCity : public RelayTest {};

TEST_F(PlayedCity, IsShownToOthersWholeOnceAndInOrder) {
  options_.services = {};
  for (const Service* service : CityServices()) options_.services.emplace_back(service->name());
  HostOptions city;
  city.kafka = options_.log.brokers;
  city.topic_prefix = options_.log.topic_prefix;
  city.data_directory = ::testing::TempDir() + "/relayed_city";
  city.limits.set_request_days_max(36500);
  auto host = Host::Start(city, HostCity());
  ASSERT_TRUE(host.ok()) << host.status();
  auto relay = Start();
  Played played;
  played.address = (*host)->address();
  int settled = 0;
  played.settle = [&] {
    if (settled++ % 10 == 0) PlantVoid(*log_);
    return (*host)->runtime().WaitQuiet(kQuietAtMost);
  };
  PlayInto(TwoMonths(11, 4), &played);
  (*host)->Stop();
  PlantVoid(*log_);

  const Truth truth = ReadAllTruth();
  uint64_t events = 0;
  for (const auto& [service, of_one] : truth.valid) events += of_one.size();
  AwaitSettled({relay.get()}, events);
  uint64_t void_met = 0;
  for (const Lag& lag : relay->Lags()) void_met += lag.void_records;
  EXPECT_EQ(relay->Stop(), absl::OkStatus());
  std::printf("%lu events, %lu void records, %zu values in void records only\n",
              static_cast<unsigned long>(events), static_cast<unsigned long>(truth.void_records),
              truth.void_values.size());
  EXPECT_GT(events, 2000u);
  EXPECT_GT(truth.void_records, 100u);
  EXPECT_EQ(truth.void_values.size(), 1u);
  EXPECT_EQ(void_met, truth.void_records);
  ExpectExactly(truth);
  if (const char* folder = getenv("LISTS")) WriteLists(folder, options_.log.topic_prefix, truth);
}

TEST_F(RelayTest, SaysInHeadersWhatIsPromised) {
  Writer school = WriterOf(2), commons = WriterOf(0);
  school.Commit(2);
  commons.Commit(1);
  ASSERT_EQ(school.Flush(), absl::OkStatus());
  ASSERT_EQ(commons.Flush(), absl::OkStatus());
  auto relay = Start();
  AwaitSettled({relay.get()}, 3);
  const auto messages = ReadPublic();
  ASSERT_EQ(messages.size(), 3u);
  for (const PublicMessage& message : messages) {
    EXPECT_THAT(
        message.headers,
        AllOf(Contains(::testing::Pair("ce_specversion", "1.0")),
              Contains(::testing::Pair("content-type", "application/protobuf")),
              Contains(::testing::Pair("ce_type", "afterbell.attendance.v1.PupilCheckedIn")),
              Contains(::testing::Pair("ce_kind", "FACT")), Contains(::testing::Pair("ce_district", "jilin")),
              Contains(::testing::Pair("ce_index", "3")),
              Contains(::testing::Pair("ce_servicedate", "2026-09-08")), Contains(Key("ce_time")),
              Contains(Key("ce_occurredat")), Contains(Key("ce_dataschema"))));
    const bool of_commons = message.key == "commons";
    EXPECT_EQ(message.headers.at("ce_source"),
              absl::StrCat("/afterbell/", log_id_, "/attendance/", of_commons ? 0 : 2));
    EXPECT_EQ(message.headers.at("ce_subject"), of_commons ? "jilin" : message.key);
    EXPECT_EQ(message.headers.at("ce_events"), of_commons ? "1" : "2");
  }
}

// Everything a partition can hold that is void, at every place of it.
TEST_F(RelayTest, PassesOverVoidRecords) {
  std::vector<Writer> writers;
  for (uint32_t number = 0; number <= kSchoolPartitions; ++number) writers.push_back(WriterOf(number));
  for (int round = 0; round < 50; ++round) {
    for (Writer& writer : writers) {
      writer.Commit(round % 4);
      writer.Doubled();
      writer.Zombie();
      writer.SecondGenesis();
      if (round % 10 == 5) writer.Claim();
      writer.Late();
      writer.Zombie();
      ASSERT_EQ(writer.Flush(), absl::OkStatus());
    }
  }
  auto relay = Start();
  const Truth truth = ReadAllTruth();
  EXPECT_EQ(truth.valid.at("attendance").size(), 4u * (0 + 1 + 2 + 3) * 12 + 4u * (0 + 1));
  EXPECT_GT(truth.void_records, 4u * 200);
  EXPECT_GT(truth.void_values.size(), 400u);
  AwaitSettled({relay.get()}, truth.valid.at("attendance").size());
  ExpectExactly(truth);
}

TEST_F(RelayTest, GoesOnBehindItsCheckpointAfterAStop) {
  Writer writer = WriterOf(1);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 100; ++i) writer.Commit(3);
    writer.Late();
    ASSERT_EQ(writer.Flush(), absl::OkStatus());
    auto relay = Start();
    AwaitSettled({relay.get()}, writer.valid_events());
    EXPECT_EQ(relay->Stop(), absl::OkStatus());
  }
  ExpectExactly(ReadAllTruth());  // No event twice.
}

// A log that was restored goes by another name: what follows may have the index of an event that is lost.
TEST_F(RelayTest, NamesWhatFollowsARestorationByTheNewName) {
  Writer writer = WriterOf(1);
  writer.Commit(2);
  ASSERT_EQ(writer.Flush(), absl::OkStatus());
  auto relay = Start();
  AwaitSettled({relay.get()}, 2);
  writer.Restored("again");
  writer.Commit(3);
  ASSERT_EQ(writer.Flush(), absl::OkStatus());
  AwaitSettled({relay.get()}, 5);
  EXPECT_EQ(relay->Stop(), absl::OkStatus());
  writer.Commit(1);
  ASSERT_EQ(writer.Flush(), absl::OkStatus());
  relay = Start();  // Behind a checkpoint of the new name.
  AwaitSettled({relay.get()}, 6);
  const Truth truth = ReadAllTruth();
  ExpectExactly(truth);
  std::map<std::string, int> sources;
  for (const auto& [identity, content] : truth.valid.at("attendance")) ++sources[identity.source];
  EXPECT_EQ(sources, (std::map<std::string, int>{{"/afterbell/" + log_id_ + "/attendance/1", 2},
                                                 {"/afterbell/again/attendance/1", 4}}));
}

TEST_F(RelayTest, KeepsTheLimitOfWhatAKillMayRepeat) {
  options_.limits.set_events_repeated_max(10);
  options_.limits.set_events_in_flight_max(7);
  options_.limits.set_checkpoint_ms_max(600000);  // So that the number alone asks for checkpoints.
  Writer writer = WriterOf(1);
  writer.Commit(25);  // More than either: goes alone.
  for (int i = 0; i < 500; ++i) writer.Commit(1 + i % 9);
  ASSERT_EQ(writer.Flush(), absl::OkStatus());
  auto relay = Start();
  Await([&] { return relay->Lags().at(0).records_behind == 0 && relay->Lags().at(0).published > 0; },
        "not read");
  const auto kept = relay::ReadCheckpoints(options_.log, {1});
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_GT(kept->at({"attendance", 1}).index() + 10, writer.at().index);
  Await([&] { return *PublicTopic(options_.log, "attendance").Count() >= writer.valid_events(); },
        "not published");
  EXPECT_EQ(relay->Stop(), absl::OkStatus());
  ExpectExactly(ReadAllTruth());
}

TEST_F(RelayTest, PublishesAgainWhatALostClientLeftOpen) {
  Writer writer = WriterOf(1);
  auto relay = Start();
  uint64_t clients = 1;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 400; ++i) writer.Commit(2);
    ASSERT_EQ(writer.Flush(), absl::OkStatus());
    Await([&] { return relay->Lags().at(0).published > 0; }, "nothing published");
    relay->BreakPublisherForTest();
    Await([&] { return relay->publishers() > clients; }, "not replaced");
    clients = relay->publishers();
  }
  AwaitSettled({relay.get()}, writer.valid_events());
  const Truth truth = ReadAllTruth();
  std::set<PublicIdentity> seen;
  for (const PublicMessage& message : ReadPublic()) {
    seen.insert(message.identity());
    ASSERT_EQ(truth.valid.at("attendance").count(message.identity()), 1u);
  }
  EXPECT_EQ(seen.size(), truth.valid.at("attendance").size());
  EXPECT_TRUE(HasSaid("publishing again"));
}

// --- What must not be gone on with ---

class AnotherHistory : public RelayTest {
 protected:
  // Relays some, stops, bends the checkpoint of partition 1, and starts again with more to relay in two
  // partitions.
  void Bend(const std::function<void(relay::v1::Checkpoint*)>& bend, const std::string& said) {
    Writer one = WriterOf(1), two = WriterOf(2);
    one.Commit(3);
    two.Commit(3);
    ASSERT_EQ(one.Flush(), absl::OkStatus());
    ASSERT_EQ(two.Flush(), absl::OkStatus());
    auto relay = Start();
    AwaitSettled({relay.get()}, 6);
    ASSERT_EQ(relay->Stop(), absl::OkStatus());
    auto kept = relay::ReadCheckpoints(options_.log, {1});
    ASSERT_TRUE(kept.ok()) << kept.status();
    relay::v1::Checkpoint checkpoint = kept->at({"attendance", 1});
    bend(&checkpoint);
    auto publisher = relay::Publisher::Make(options_);
    ASSERT_TRUE(publisher.ok()) << publisher.status();
    const auto receipt = std::make_shared<relay::Receipt>();
    (*publisher)
        ->Put(relay::CheckpointTopic(options_.log.topic_prefix), 1, "attendance/1",
              checkpoint.SerializeAsString(), receipt);
    Await(
        [&] {
          (*publisher)->Poll(std::chrono::milliseconds(10));
          return receipt->outstanding == 0;
        },
        "not written");
    one.Commit(5);
    two.Commit(5);
    ASSERT_EQ(one.Flush(), absl::OkStatus());
    ASSERT_EQ(two.Flush(), absl::OkStatus());
    relay = Start();
    Await([&] { return relay->halted(); }, "not halted");
    // The other goes on, and of the halted one nothing has come, checkpoint and all.
    Await([&] { return *PublicTopic(options_.log, "attendance").Count() >= 11; }, "the other does not go on");
    EXPECT_EQ(*PublicTopic(options_.log, "attendance").Count(), 11u);
    EXPECT_TRUE(HasSaid("HALTED attendance/1: its checkpoint")) << ::testing::PrintToString(said_);
    EXPECT_TRUE(HasSaid(said)) << ::testing::PrintToString(said_);
    EXPECT_THAT(relay->Lags().at(0).halted, ::testing::ElementsAre(HasSubstr(said)));
    EXPECT_EQ(relay->Stop(), absl::OkStatus());
    kept = relay::ReadCheckpoints(options_.log, {1});
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_EQ(kept->at({"attendance", 1}).SerializeAsString(), checkpoint.SerializeAsString());
  }
};

TEST_F(AnotherHistory, OfAnotherLogHaltsLoudly) {
  Bend([](auto* checkpoint) { checkpoint->set_log_id("other"); }, "this is log " + log_id_);
}

TEST_F(AnotherHistory, WithAnotherHashHaltsLoudly) {
  Bend([](auto* checkpoint) { (*checkpoint->mutable_hash())[5] ^= 1; }, "another record stands at");
}

TEST_F(AnotherHistory, ThatIsLongerHaltsLoudly) {
  Bend([](auto* checkpoint) { checkpoint->set_offset(1000); }, "the log ends before it");
}

TEST_F(RelayTest, HaltsAPartitionThatDivergesAndRelaysTheOthers) {
  Writer one = WriterOf(1), two = WriterOf(2);
  one.Commit(3);
  ASSERT_EQ(one.Flush(), absl::OkStatus());
  auto relay = Start();
  AwaitSettled({relay.get()}, 3);
  log::v1::Record other;
  other.mutable_claim()->set_previous_claim_index(one.at().claim_index);
  other.mutable_claim()->set_read_index(one.at().index);
  other.mutable_claim()->set_read_hash(std::string(32, 'x'));
  one.Raw(other);
  one.Commit(3);
  two.Commit(3);
  ASSERT_EQ(one.Flush(), absl::OkStatus());
  ASSERT_EQ(two.Flush(), absl::OkStatus());
  Await([&] { return relay->halted(); }, "not halted");
  Await([&] { return *PublicTopic(options_.log, "attendance").Count() >= 6; }, "the other does not go on");
  EXPECT_EQ(*PublicTopic(options_.log, "attendance").Count(), 6u);
  EXPECT_TRUE(HasSaid("HALTED attendance/1: a claim had read another record"));
}

TEST_F(RelayTest, HaltsAtAnEventItCannotName) {
  Writer writer = WriterOf(1);
  writer.Commit(1);
  log::v1::Record unknown;
  *unknown.mutable_commit() = writer.NextCommit(1, "pupil");
  attendance::v1::AttendanceEvent event;
  event.GetReflection()->MutableUnknownFields(&event)->AddLengthDelimited(9999, "new");
  unknown.mutable_commit()->set_events(0, event.SerializeAsString());
  writer.Raw(unknown);
  ASSERT_EQ(writer.Flush(), absl::OkStatus());
  auto relay = Start();
  Await([&] { return relay->halted(); }, "not halted");
  EXPECT_TRUE(HasSaid("an event this program does not know (field 9999)"));
  EXPECT_EQ(relay->Stop(), absl::OkStatus());
  EXPECT_EQ(*PublicTopic(options_.log, "attendance").Count(), 1u);  // What came before it.
}

TEST_F(RelayTest, RefusesAServiceItDoesNotKnow) {
  options_.services = {"kitchen"};
  EXPECT_TRUE(absl::IsNotFound(Relay::Start(options_).status()));
}

TEST_F(RelayTest, EndsWhenItHasTriedLongEnough) {
  options_.limits.set_publish_ms_max(1000);
  options_.limits.set_retries_max(2);
  options_.limits.set_retry_wait_ms(1);
  Writer writer = WriterOf(1);
  writer.Commit(1);
  ASSERT_EQ(writer.Flush(), absl::OkStatus());
  auto relay = Start();
  AwaitSettled({relay.get()}, 1);
  // Nothing is acknowledged, however often it is tried: the client is lost again as soon as it is new.
  std::atomic<bool> enough{false};
  std::thread breaks([&] {
    while (!enough) relay->BreakPublisherForTest();
  });
  Await([&] { return !relay->running(); }, "goes on");
  enough = true;
  breaks.join();
  const absl::Status ended = relay->Stop();
  EXPECT_TRUE(absl::IsUnavailable(ended)) << ended;
  EXPECT_THAT(std::string(ended.message()), HasSubstr("2 tries (retries_max)"));
}

// --- Several ---

TEST_F(RelayTest, SharesPartitionsAndIsReplaced) {
  std::vector<Writer> writers;
  for (uint32_t number = 0; number <= kSchoolPartitions; ++number) writers.push_back(WriterOf(number));
  const auto write = [&] {
    for (Writer& writer : writers) {
      for (int i = 0; i < 50; ++i) writer.Commit(2);
      ASSERT_EQ(writer.Flush(), absl::OkStatus());
    }
  };
  write();
  auto a = Start();
  AwaitSettled({a.get()}, 4 * 100);
  auto b = Start();
  const auto held = [](Relay& relay) { return relay.Lags().at(0).partitions; };
  Await([&] { return held(*a) == 2 && held(*b) == 2; }, "not shared");
  write();
  AwaitSettled({a.get(), b.get()}, 8 * 100);
  EXPECT_EQ(a->Stop(), absl::OkStatus());
  Await([&] { return held(*b) == 4; }, "not replaced");
  write();
  AwaitSettled({b.get()}, 12 * 100);
  ExpectExactly(ReadAllTruth());  // Nothing was under way when they changed: no repeats either.
}

}  // namespace
}  // namespace afterbell::relay_test
