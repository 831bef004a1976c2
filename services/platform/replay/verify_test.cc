// Every decision can be made again, and what was altered is named, though the chain were computed anew.
#include "services/platform/replay/verify.h"

#include <filesystem>
#include <future>

#include "gmock/gmock.h"
#include "google/protobuf/unknown_field_set.h"
#include "gtest/gtest.h"
#include "services/platform/replay/small_city.h"

namespace afterbell::replay {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<History> Load(EventLog* log, HistoryOptions options = {}) {
  auto history = History::Load(log, options);
  EXPECT_TRUE(history.ok()) << history.status();
  return *std::move(history);
}

// Copies a log, letting `alter` change Commits of one partition; the chain is computed anew.
std::unique_ptr<EmbeddedLog> Forge(SmallCity& city, const PartitionId& victim,
                                   const std::function<void(log::v1::Commit*)>& alter,
                                   bool recompute = true) {
  EmbeddedLogOptions options;
  options.directory = city.directory() + "/forged";
  options.durability = EmbeddedLogOptions::Durability::kUnsynced;
  std::filesystem::remove_all(options.directory);
  auto forged = EmbeddedLog::Open(options);
  EXPECT_TRUE(forged.ok()) << forged.status();
  const std::vector<PartitionId> ids = *city.log()->List();
  for (const PartitionId& id : ids) {
    auto from = *city.log()->Open(id);
    auto to = *(*forged)->Open(id);
    Chain chain(id);
    std::string claim_hash;
    for (uint64_t offset = 0; offset < from->End();) {
      const LogBatch batch = *from->Read(offset, 1, 1);
      std::string value(batch.records[0].value);
      if (id == victim) {
        log::v1::Record record;
        EXPECT_TRUE(record.ParseFromString(value));
        if (record.has_claim()) record.mutable_claim()->set_read_hash(chain.at().hash);
        if (record.has_commit()) {
          alter(record.mutable_commit());
          if (recompute) record.mutable_commit()->set_tag(Chain::TagOf(chain.at().hash));
        }
        value = record.SerializeAsString();
        const Verdict verdict = chain.Offer(record, value);
        EXPECT_TRUE(!recompute || verdict == Verdict::kValid);
      }
      std::promise<absl::Status> done;
      to->Append({value}, [&](const absl::Status& status, uint64_t) { done.set_value(status); });
      EXPECT_TRUE(done.get_future().get().ok());
      offset = batch.next_offset;
    }
  }
  return *std::move(forged);
}

TEST(Verify, MakesEveryDecisionAgain) {
  SmallCity city;
  LiveThroughSeptember(city);
  const auto history = Load(city.log());
  const VerifyReport report = Verify(*history, city.services(), {});
  EXPECT_TRUE(report.ok()) << Summary(report);
  EXPECT_EQ(report.deadlines, 6);
  EXPECT_GE(report.run_steps, 6);
  EXPECT_GE(report.reactions, 6);
  EXPECT_GE(report.commands, 3 * 3 * 4);
  EXPECT_EQ(report.repeated_refusals, 3 * 3);
  EXPECT_EQ(report.decisions, report.commands + report.reactions + report.deadlines + report.run_steps);
  EXPECT_EQ(report.decisions + report.repeated_refusals + report.seen_alone, report.commits);
}

TEST(Verify, EndsWithTheRowsTheOwnersHold) {
  SmallCity city;
  LiveThroughSeptember(city);
  const VerifyReport report = Verify(*Load(city.log()), city.services(), {.digests = true});
  ASSERT_EQ(report.digests.size(), city.digests.size());
  for (const Runtime::PartitionDigest& owner : city.digests) {
    for (const VerifyReport::Digest& here : report.digests) {
      if (here.id != owner.id) continue;
      EXPECT_EQ(here.index, owner.index);
      EXPECT_EQ(here.digest, owner.digest) << ToString(owner.id);
    }
  }
}

TEST(Verify, NamesAnAlteredDeterminationThoughTheChainWasComputedAnew) {
  SmallCity city;
  LiveThroughSeptember(city);
  uint64_t altered = 0;
  const PartitionId victim = city.PartitionOf("billing", "s2");
  const auto forged = Forge(city, victim, [&](log::v1::Commit* commit) {
    billing::v1::BillingEvent event;
    if (altered != 0 || commit->events().empty() || !event.ParseFromString(commit->events(0)) ||
        !event.has_charge_assessed()) {
      return;
    }
    altered = commit->index();
    event.mutable_charge_assessed()->set_net_fen(1);
    commit->set_events(0, event.SerializeAsString());
  });
  ASSERT_NE(altered, 0);
  const VerifyReport report = Verify(*Load(forged.get()), city.services(), {});
  EXPECT_TRUE(report.faults.empty()) << Summary(report);
  // What was decided on the altered amount differs too; the first is the altered one itself.
  ASSERT_GE(report.differing, 1) << Summary(report);
  const DecisionDifference& first = report.differences.front();
  EXPECT_EQ(first.record.service(), "billing");
  EXPECT_EQ(first.record.partition(), victim.number);
  EXPECT_EQ(first.record.index(), altered);
  EXPECT_EQ(first.what, "events");
  EXPECT_THAT(first.recorded, HasSubstr("net_fen: 1}"));
  EXPECT_THAT(first.again, HasSubstr("net_fen: 1800"));
}

// A later build wrote a field that this one does not know.
TEST(Verify, TellsWhatItKnowsOnlyInPartFromWhatDiffers) {
  SmallCity city;
  LiveThroughSeptember(city);
  uint64_t given = 0;
  bool alters = false;
  const auto forge = [&] {
    given = 0;
    return Forge(city, city.PartitionOf("billing", "s2"), [&](log::v1::Commit* commit) {
      billing::v1::BillingEvent event;
      if (given != 0 || commit->events().empty() || !event.ParseFromString(commit->events(0)) ||
          !event.has_charge_assessed())
        return;
      given = commit->index();
      billing::v1::ChargeAssessed* charge = event.mutable_charge_assessed();
      charge->GetReflection()->MutableUnknownFields(charge)->AddLengthDelimited(9999, "later");
      if (alters) charge->set_net_fen(1);
      commit->set_events(0, event.SerializeAsString());
    });
  };
  VerifyReport report = Verify(*Load(forge().get()), city.services(), {});
  ASSERT_NE(given, 0);
  EXPECT_TRUE(report.ok()) << Summary(report);
  EXPECT_EQ(report.partly_known, 1);
  EXPECT_THAT(Summary(report), HasSubstr("1 of those alike hold fields that this build does not know"));

  alters = true;
  report = Verify(*Load(forge().get()), city.services(), {});
  ASSERT_GE(report.differing, 1) << Summary(report);
  EXPECT_EQ(report.differences.front().record.index(), given);
  EXPECT_EQ(report.partly_known, 0);
}

TEST(Verify, NamesARefusalThatTheRulesDoNotGive) {
  SmallCity city;
  LiveThroughSeptember(city);
  const auto forged = Forge(city, city.PartitionOf("attendance", "s1"), [&](log::v1::Commit* commit) {
    if (commit->has_refusal() && !commit->refusal().repeated()) commit->mutable_refusal()->set_met("4");
  });
  const VerifyReport report = Verify(*Load(forged.get()), city.services(), {});
  ASSERT_GT(report.differing, 0);
  EXPECT_EQ(report.differences.front().what, "refusal");
}

TEST(Verify, FindsAChainThatDoesNotHold) {
  SmallCity city;
  LiveThroughSeptember(city);
  const PartitionId victim = city.PartitionOf("attendance", "s1");
  const auto forged = Forge(
      city, victim,
      [&](log::v1::Commit* commit) {
        if (commit->index() == 5) commit->set_service_date("1999-01-01");
      },
      /*recompute=*/false);
  const VerifyReport report = Verify(*Load(forged.get()), city.services(), {.decisions = false});
  ASSERT_FALSE(report.faults.empty());
  EXPECT_THAT(report.faults.front(), HasSubstr(ToString(victim)));
  EXPECT_THAT(report.faults.front(), HasSubstr("record 5"));
}

// A service that wrongly says it does not fold an event (decider/service.h): its runtime would lose the fact,
// so verification must not take its word.
class UnheedingBilling final : public SmallBilling {
 public:
  bool Folds(std::string_view, int) const override { return false; }
  bool FoldsRefusals() const override { return false; }
};

TEST(Verify, FoldsAlsoWhatTheRuntimeWouldPass) {
  SmallCity city;
  LiveThroughSeptember(city);
  const UnheedingBilling unheeding;
  std::vector<const Service*> services = city.services();
  for (const Service*& service : services) {
    if (service->name() == "billing") service = &unheeding;
  }
  const VerifyReport report = Verify(*Load(city.log()), services, {});
  EXPECT_TRUE(report.ok()) << Summary(report);
}

// Who had seen the broken rest of a partition cannot be folded on either; everybody else is.
TEST(Verify, GoesOnWhereNobodyNeedsWhatIsBroken) {
  SmallCity city;
  LiveThroughSeptember(city);
  const VerifyReport whole = Verify(*Load(city.log()), city.services(), {});
  const PartitionId victim = city.PartitionOf("attendance", "s1");
  const auto forged = Forge(
      city, victim,
      [&](log::v1::Commit* commit) {
        if (commit->index() == 5) commit->set_service_date("1999-01-01");
      },
      /*recompute=*/false);
  const VerifyReport report = Verify(*Load(forged.get()), city.services(), {.digests = true});
  EXPECT_THAT(report.faults, ::testing::Contains(HasSubstr(ToString(victim))));
  EXPECT_THAT(report.faults,
              ::testing::Contains(HasSubstr(absl::StrCat("has seen ", ToString(victim), " to "))));
  const auto of_victim = [&](const PartitionId& id) {
    return id.number == victim.number && (id.service == "attendance" || id.service == "billing");
  };
  ASSERT_EQ(report.chains.size(), whole.chains.size());
  for (size_t i = 0; i < whole.chains.size(); ++i) {
    EXPECT_EQ(report.chains[i].id, whole.chains[i].id);
    if (of_victim(whole.chains[i].id)) continue;
    EXPECT_EQ(report.chains[i].commits, whole.chains[i].commits);
    EXPECT_EQ(report.chains[i].fault, "");
    EXPECT_THAT(report.digests,
                ::testing::Contains(::testing::Field(&VerifyReport::Digest::id, whole.chains[i].id)));
  }
}

TEST(Verify, HoldsForACutAtAnyMoment) {
  SmallCity city;
  LiveThroughSeptember(city);
  std::vector<Micros> moments;
  ASSERT_TRUE(Load(city.log())
                  ->FoldAll({},
                            [&](uint32_t number) -> History::Visit {
                              if (number != 1) return [](const Recorded&) {};
                              return [&](const Recorded& recorded) {
                                moments.push_back(recorded.recorded_at());
                              };
                            })
                  .ok());
  uint64_t before = 0;
  for (size_t i = 0; i < moments.size(); i += 7) {
    const auto history = Load(city.log(), {.as_of = moments[i]});
    const VerifyReport report = Verify(*history, city.services(), {});
    EXPECT_TRUE(report.ok()) << Summary(report);
    EXPECT_GE(report.commits, before);
    before = report.commits;
    for (const History::Survey& chain : report.chains) EXPECT_LE(chain.newest, moments[i]);
  }
}

TEST(History, MergesANumberInOrderOfRecordedTimeAndEachCauseBeforeItsEffect) {
  SmallCity city;
  LiveThroughSeptember(city);
  const auto history = Load(city.log());
  std::map<PartitionId, uint64_t> read;
  Micros last = 0;
  const uint32_t number = city.PartitionOf("billing", "s1").number;
  ASSERT_TRUE(
      history
          ->FoldNumber(
              number, {},
              [&](const Recorded& recorded) {
                EXPECT_GE(recorded.recorded_at(), last);
                last = recorded.recorded_at();
                EXPECT_TRUE(recorded.partition == 0 || recorded.partition == number);
                uint64_t& index = read[{std::string(recorded.service), recorded.partition}];
                EXPECT_GT(recorded.commit.index(), index);
                index = recorded.commit.index();
                if (recorded.commit.has_cause()) {
                  EXPECT_GE((read[{recorded.commit.cause().service(), recorded.commit.cause().partition()}]),
                            recorded.commit.cause().index());
                }
              })
          .ok());
  EXPECT_GE(read.size(), 3);
}

// "billing/3 #7" of each record that is visited of a number.
std::vector<std::string> VisitedOf(const History& history, uint32_t number,
                                   const History::Services& services) {
  std::vector<std::string> visited;
  EXPECT_TRUE(history
                  .FoldNumber(number, services,
                              [&](const Recorded& recorded) {
                                visited.push_back(absl::StrCat(std::string(recorded.service), "/",
                                                               recorded.partition, " #",
                                                               recorded.commit.index()));
                              })
                  .ok());
  return visited;
}

TEST(History, VisitsOnlyWhoIsAskedForAndInTheSameOrder) {
  SmallCity city;
  LiveThroughSeptember(city);
  const auto history = Load(city.log());
  const uint32_t number = city.PartitionOf("billing", "s1").number;
  std::vector<std::string> wanted = VisitedOf(*history, number, {});
  const size_t all = wanted.size();
  std::erase_if(wanted, [](const std::string& each) {
    return each.rfind("billing/", 0) != 0 && each.rfind("registry/", 0) != 0;
  });
  EXPECT_EQ(VisitedOf(*history, number, {"registry", "billing"}), wanted);
  EXPECT_GT(wanted.size(), 0u);
  EXPECT_LT(wanted.size(), all);
}

TEST(History, SaysWhenThereIsNone) {
  EmbeddedLogOptions options;
  std::string pattern = ::testing::TempDir() + "/empty.XXXXXX";
  options.directory = mkdtemp(pattern.data());
  auto log = EmbeddedLog::Open(options);
  ASSERT_TRUE(log.ok());
  EXPECT_TRUE(absl::IsNotFound(History::Load(log->get(), {}).status()));
}

}  // namespace
}  // namespace afterbell::replay
