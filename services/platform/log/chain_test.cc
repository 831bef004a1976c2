#include "services/platform/log/chain.h"

#include "gtest/gtest.h"

namespace afterbell {
namespace {

using log::v1::Record;

const PartitionId kPartition{"attendance", 17};

std::string Genesis(const std::string& log_id = "log", uint32_t partition = 17) {
  Record record;
  record.mutable_genesis()->set_log_id(log_id);
  record.mutable_genesis()->set_service("attendance");
  record.mutable_genesis()->set_partition(partition);
  return record.SerializeAsString();
}

std::string Claim(const ChainPosition& at, const std::string& instance) {
  Record record;
  record.mutable_claim()->set_previous_claim_index(at.claim_index);
  record.mutable_claim()->set_read_index(at.index);
  record.mutable_claim()->set_read_hash(at.hash);
  record.mutable_claim()->set_instance_id(instance);
  return record.SerializeAsString();
}

std::string Commit(const ChainPosition& at, const std::string& event) {
  Record record;
  record.mutable_commit()->set_index(at.index + 1);
  record.mutable_commit()->set_tag(Chain::TagOf(at.hash));
  record.mutable_commit()->set_claim_index(at.claim_index);
  record.mutable_commit()->add_events(event);
  return record.SerializeAsString();
}

Verdict Offer(Chain* chain, const std::string& value) {
  Record record;
  EXPECT_TRUE(record.ParseFromString(value));
  return chain->Offer(record, value);
}

Chain Begun() {
  Chain chain(kPartition);
  EXPECT_EQ(Offer(&chain, Genesis()), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, Claim(chain.at(), "a")), Verdict::kValid);
  return chain;
}

TEST(Chain, BeginsWithTheGenesisOfItsOwnPartition) {
  Chain chain(kPartition);
  EXPECT_EQ(Offer(&chain, Genesis("log", 3)), Verdict::kVoid);
  EXPECT_EQ(Offer(&chain, Genesis()), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, Genesis("another")), Verdict::kVoid);
  EXPECT_EQ(chain.at().index, 1u);
  EXPECT_EQ(chain.at().log_id, "log");
}

std::string Restored(const ChainPosition& at, const std::string& incarnation) {
  Record record;
  record.mutable_restored()->set_index(at.index + 1);
  record.mutable_restored()->set_tag(Chain::TagOf(at.hash.empty() ? std::string(32, 0) : at.hash));
  record.mutable_restored()->set_incarnation(incarnation);
  return record.SerializeAsString();
}

TEST(Chain, GoesByAnotherNameWhenItWasRestored) {
  Chain chain = Begun();
  const ChainPosition before = chain.at();
  EXPECT_EQ(Offer(&chain, Restored(before, "again")), Verdict::kValid);
  EXPECT_EQ(chain.at().index, before.index + 1);
  EXPECT_EQ(chain.at().log_id, "again");
  EXPECT_EQ(chain.at().claim_index, before.claim_index);
  // A second one in the same place, and one before there was anything, are void.
  EXPECT_EQ(Offer(&chain, Restored(before, "third")), Verdict::kVoid);
  EXPECT_EQ(chain.at().log_id, "again");
  // So is what its old owner had in flight.
  EXPECT_EQ(Offer(&chain, Commit(before, "late")), Verdict::kVoid);
  EXPECT_EQ(Offer(&chain, Commit(chain.at(), "next")), Verdict::kValid);
  Chain empty(kPartition);
  EXPECT_EQ(Offer(&empty, Restored(empty.at(), "again")), Verdict::kVoid);
}

TEST(Chain, KnowsItsLastRecordAgain) {
  Chain chain = Begun();
  const std::string value = Commit(chain.at(), "came");
  Record record;
  ASSERT_TRUE(record.ParseFromString(value));
  ASSERT_EQ(chain.Offer(record, value, 40), Verdict::kValid);
  ASSERT_EQ(chain.Offer(record, value, 41), Verdict::kVoid);
  EXPECT_EQ(chain.last().offset, 40u);
  EXPECT_EQ(chain.at().offset, 42u);
  const Chain kept(kPartition, chain.at(), chain.last());
  EXPECT_TRUE(IsLastOf(kept, value));
  EXPECT_FALSE(IsLastOf(kept, value + " "));
}

TEST(Chain, TakesCommitsInOrder) {
  Chain chain = Begun();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Offer(&chain, Commit(chain.at(), "e")), Verdict::kValid);
  EXPECT_EQ(chain.at().index, 12u);
}

TEST(Chain, VoidsASecondCopyOfARecord) {
  Chain chain = Begun();
  const std::string commit = Commit(chain.at(), "e");
  EXPECT_EQ(Offer(&chain, commit), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, commit), Verdict::kVoid);
}

TEST(Chain, VoidsEverythingBehindAHole) {
  Chain chain = Begun();
  Chain writer = chain;
  const std::string lost = Commit(writer.at(), "lost");
  EXPECT_EQ(Offer(&writer, lost), Verdict::kValid);
  const std::string behind = Commit(writer.at(), "behind");
  EXPECT_EQ(Offer(&chain, behind), Verdict::kVoid);
}

TEST(Chain, VoidsARecordOfTheSameIndexThatRestsOnAnotherHistory) {
  // The tag is what sees this; indexes alone would not.
  Chain chain = Begun();
  Chain other = chain;
  EXPECT_EQ(Offer(&other, Commit(other.at(), "theirs")), Verdict::kValid);
  const std::string second_of_other = Commit(other.at(), "second");
  EXPECT_EQ(Offer(&chain, Commit(chain.at(), "ours")), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, second_of_other), Verdict::kVoid);
}

TEST(Chain, FencesAWriterWhoseClaimIsNoLongerTheNewest) {
  Chain chain = Begun();
  const std::string in_flight = Commit(chain.at(), "of a");
  EXPECT_EQ(Offer(&chain, Claim(chain.at(), "b")), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, in_flight), Verdict::kVoid);
  EXPECT_EQ(Offer(&chain, Commit(chain.at(), "of b")), Verdict::kValid);
}

TEST(Chain, OfTwoClaimantsTheFirstWins) {
  Chain chain = Begun();
  const std::string b = Claim(chain.at(), "b");
  const std::string c = Claim(chain.at(), "c");
  EXPECT_EQ(Offer(&chain, b), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, c), Verdict::kVoid);
  EXPECT_EQ(Offer(&chain, b), Verdict::kVoid) << "a late double of the claim";
}

TEST(Chain, AClaimIsValidWhateverLiesBetweenItsReadingAndItsPlace) {
  Chain chain = Begun();
  const std::string claim = Claim(chain.at(), "b");
  EXPECT_EQ(Offer(&chain, Commit(chain.at(), "e")), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, claim), Verdict::kValid);
}

TEST(Chain, HaltsWhenAClaimantHadReadAnotherHistory) {
  Chain chain = Begun();
  Chain other = chain;
  EXPECT_EQ(Offer(&other, Commit(other.at(), "theirs")), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, Commit(chain.at(), "ours")), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, Claim(other.at(), "b")), Verdict::kDiverged);
  EXPECT_NE(chain.divergence().find("attendance/17"), std::string::npos);
}

TEST(Chain, HaltsWhenAClaimantHadReadMoreThanThereIs) {
  Chain chain = Begun();
  Chain other = chain;
  EXPECT_EQ(Offer(&other, Commit(other.at(), "gone")), Verdict::kValid);
  EXPECT_EQ(Offer(&chain, Claim(other.at(), "b")), Verdict::kDiverged);
}

TEST(Chain, HaltsWhenMoreIsVoidThanAPipelineCanHold) {
  Chain chain = Begun();
  const std::string stale = Genesis();
  Verdict verdict = Verdict::kVoid;
  for (uint64_t i = 0; i < Chain::kVoidRecordsMax; ++i) verdict = Offer(&chain, stale);
  EXPECT_EQ(verdict, Verdict::kVoid);
  EXPECT_EQ(Offer(&chain, stale), Verdict::kDiverged);
}

TEST(Chain, GoesOnFromAPosition) {
  Chain chain = Begun();
  Chain resumed(kPartition, chain.at());
  const std::string commit = Commit(chain.at(), "e");
  EXPECT_EQ(Offer(&chain, commit), Verdict::kValid);
  EXPECT_EQ(Offer(&resumed, commit), Verdict::kValid);
  EXPECT_EQ(chain.at().hash, resumed.at().hash);
}

TEST(Chain, ChangingOneByteOfHistoryChangesEverythingAfter) {
  Chain a = Begun();
  Chain b = Begun();
  EXPECT_EQ(a.at().hash, b.at().hash);
  EXPECT_EQ(Offer(&a, Commit(a.at(), "x")), Verdict::kValid);
  EXPECT_EQ(Offer(&b, Commit(b.at(), "y")), Verdict::kValid);
  EXPECT_NE(a.at().hash, b.at().hash);
}

}  // namespace
}  // namespace afterbell
