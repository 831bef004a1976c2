// A group that everybody wants at once (ENR-23): two hundred callers, each with a connection of its own, over
// gRPC.
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/barrier.h"
#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "gtest/gtest.h"
#include "services/platform/base/random_id.h"
#include "tests/integration/played.h"
#include "tools/afterbell/client.h"

namespace afterbell {
namespace {

constexpr int kCallers = 200;
constexpr size_t kLimit = 40;  // Of the real instruments of Xiji (group_size_max).

TEST(FullGroup, OfTwoHundredAtOnceExactlyFortyAreIn) {
  Played played;
  played.folder = ::testing::TempDir() + "/full_group";
  played.host = OpenCity(played.folder);
  ASSERT_NE(played.host, nullptr);
  citygen::CityOptions options = TwoMonths(10, 320);
  options.districts = {"xiji"};
  citygen::Phase phase;  // Every pupil is enrolled, and nobody has a place yet.
  PlayInto(
      options, &played, [](const citygen::Phase& next) { return next.label() == "place"; }, &phase);
  ASSERT_GE(phase.calls_size(), kCallers);

  enrollment::v1::PlacePupil wish;
  ASSERT_TRUE(wish.ParseFromString(phase.calls(0).body()));
  const std::string group_id = wish.group_id();
  std::vector<CallResult> results(kCallers);
  absl::Barrier all(kCallers);
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      const citygen::Call& call = phase.calls(i);
      enrollment::v1::PlacePupil place;
      place.ParseFromString(call.body());
      place.set_group_id(group_id);
      log::v1::CommandHeader header;
      header.set_request_id(RandomUuid());
      header.set_school_id(call.school_id());
      Client client(played.host->address());
      all.Block();
      results[i] = client.Call(MethodOf(call.service(), call.command()),
                               {call.role(), call.person_id(), call.district_id()},
                               RequestOf(header, place.SerializeAsString()));
    });
  }
  for (std::thread& caller : callers) caller.join();

  size_t in = 0;
  std::map<std::string, int> refused;
  for (const CallResult& result : results) {
    if (result.ok()) {
      ++in;
    } else {
      ++refused[result.rule + " " + result.reason + result.message.substr(0, result.rule.empty() ? 200 : 0)];
    }
  }
  EXPECT_EQ(in, kLimit);
  EXPECT_EQ(refused,
            (std::map<std::string, int>{{"ENR-23 GROUP_FULL", kCallers - static_cast<int>(kLimit)}}));

  // The log says the same: forty pupils, the number rising by one, never beyond the limit.
  ASSERT_TRUE(played.host->runtime().WaitQuiet(kQuietAtMost).ok());
  const auto history = HistoryOf(played);
  std::set<std::string> pupils;
  for (const PartitionId& id : history->partitions()) {
    if (id.service != "enrollment") continue;
    replay::RecordReader reader = history->Read(id);
    for (auto next = reader.Peek(); next.ok() && *next != nullptr; reader.Pop(), next = reader.Peek()) {
      ForEachEventOf<enrollment::v1::EnrollmentEvent>(
          Recorded{**next, id.service, id.number}, [&](const enrollment::v1::EnrollmentEvent& event) {
            if (event.pupil_placed().group_id() != group_id) return;
            pupils.insert(event.pupil_placed().pupil_id());
            EXPECT_EQ(event.pupil_placed().headcount(), static_cast<int>(pupils.size()));
            EXPECT_EQ(event.pupil_placed().limit(), static_cast<int>(kLimit));
          });
    }
  }
  EXPECT_EQ(pupils.size(), kLimit);
}

}  // namespace
}  // namespace afterbell
