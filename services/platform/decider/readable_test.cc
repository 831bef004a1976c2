#include "services/platform/decider/readable.h"

#include <gtest/gtest.h>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell {
namespace {

using attendance::v1::AttendanceCommand;
using attendance::v1::AttendanceEvent;

constexpr char kNoText[] = "\xff\xfe";

AttendanceEvent Planned() {
  AttendanceEvent event;
  auto& planned = *event.mutable_session_planned();
  planned.set_session_id("s1");
  planned.mutable_start_at()->set_seconds(1'790'000'000);  // Bytes above 127, and no text.
  planned.set_zone_minutes(480);
  planned.set_on_site(true);
  planned.add_grades("1");
  planned.add_grades("2");
  return event;
}

bool Reads(const AttendanceEvent& event) {
  return SurelyReads(*AttendanceEvent::descriptor(), event.SerializeAsString());
}

TEST(SurelyReads, TextsOfAsciiNumbersAndMomentsDo) {
  EXPECT_TRUE(Reads(Planned()));
  EXPECT_TRUE(Reads(AttendanceEvent()));
}

TEST(SurelyReads, AnyOtherTextHasToBeParsedToKnow) {
  AttendanceEvent event = Planned();
  event.mutable_session_planned()->set_venue_id("操场");
  EXPECT_FALSE(Reads(event));
  event.mutable_session_planned()->set_venue_id(kNoText);
  EXPECT_FALSE(Reads(event));
  event = Planned();
  event.mutable_session_planned()->add_grades(kNoText);
  EXPECT_FALSE(Reads(event));
}

TEST(SurelyReads, WhatWasCutOffOrIsNotKnownDoesNot) {
  const std::string bytes = Planned().SerializeAsString();
  for (size_t size = 1; size < bytes.size(); ++size)
    EXPECT_FALSE(SurelyReads(*AttendanceEvent::descriptor(), bytes.substr(0, size))) << size;
  EXPECT_FALSE(SurelyReads(*AttendanceEvent::descriptor(), bytes + "\xa2\x9c\x01\x02xx"));
}

// Its events are all that is asked of it.
class Events final : public ServiceOf<AttendanceCommand, AttendanceEvent> {
 public:
  std::string_view name() const override { return "attendance"; }
  int revision() const override { return 1; }
  TableList tables() const override { return {}; }
  std::vector<std::string_view> reads() const override { return {}; }
  const std::vector<CommandInfo>& commands() const override {
    static const std::vector<CommandInfo> kNone;
    return kNone;
  }
  Decision<AttendanceEvent> DecideCommand(const Situation&, const AttendanceCommand&) const override {
    return {};
  }
  void EvolveEvent(const Recorded&, const AttendanceEvent&, StateRows) const override {}
  void ProjectEvent(const Recorded&, const AttendanceEvent&, ViewRows) const override {}
  void Fold(const Recorded&, IntakeRows) const override {}
  bool Folds(std::string_view, int) const override { return false; }
  bool Hears(std::string_view, bool, int) const override { return false; }
  std::vector<AttendanceCommand> ReactTo(const Situation&, const Recorded&) const override { return {}; }
  std::vector<AttendanceCommand> ReachDeadline(const Situation&, std::string_view, std::string_view,
                                               Micros) const override {
    return {};
  }
};

log::v1::Commit CommitOf(uint64_t index, const std::vector<AttendanceEvent>& events) {
  log::v1::Commit commit;
  commit.set_index(index);
  for (const AttendanceEvent& event : events) commit.add_events(event.SerializeAsString());
  return commit;
}

TEST(UnreadableMade, NamesTheFirstThatWouldNotComeBack) {
  AttendanceEvent bad = Planned(), other = Planned();
  bad.mutable_session_planned()->set_venue_id(kNoText);
  other.mutable_session_planned()->set_venue_id("操场");
  for (const uint64_t index : {uint64_t{1}, Service::kMadeParsedOneIn}) {
    EXPECT_EQ(Events().UnreadableMade(CommitOf(index, {Planned(), other})), -1);
    EXPECT_EQ(Events().UnreadableMade(CommitOf(index, {Planned(), other, bad})), 2);
  }
}

// A field that this build does not know is in no event that it made: only the one that is parsed anyway is
// found to be so.
TEST(UnreadableMade, HoldsOneOfManyAgainstWhatIsParsed) {
  log::v1::Commit commit = CommitOf(Service::kMadeParsedOneIn, {Planned()});
  EXPECT_EQ(Events().UnreadableMade(commit), -1);
  // The same fields in another order: it parses, and is not what this build writes.
  AttendanceEvent event = Planned();
  std::string inner = event.session_planned().SerializeAsString();
  std::string swapped = inner.substr(4) + inner.substr(0, 4);  // The id, "\x0a\x02s1", last.
  std::string bytes = event.SerializeAsString();
  bytes.replace(bytes.size() - inner.size(), inner.size(), swapped);
  *commit.mutable_events(0) = bytes;
  EXPECT_EQ(Events().UnreadableMade(commit), 0);
  commit.set_index(1);
  EXPECT_EQ(Events().UnreadableMade(commit), -1);
}

}  // namespace
}  // namespace afterbell
