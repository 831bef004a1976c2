// Chance without a stream: every draw is a hash of the seed and of what it is about, so a draw can
// be made again at any time (whether a pupil is absent on a day is asked by four steps of that day
// and remembered by none), and no draw shifts another.
//
// Plain 64-bit arithmetic (the finaliser of splitmix64): the same on every machine.
#ifndef AFTERBELL_TOOLS_CITYGEN_DICE_H_
#define AFTERBELL_TOOLS_CITYGEN_DICE_H_

#include <cstdint>
#include <string>

namespace afterbell::citygen {

// What a draw is about. Numbers are part of the city's bytes: add at the end.
enum class Topic : uint64_t {
  kSchool = 1,
  kAdult = 2,
  kClass = 3,
  kVenue = 4,
  kGroup = 5,
  kPupil = 6,
  kGuardian = 7,
  kHasSecondGuardian = 8,
  kApplies = 9,
  kCategory = 10,
  kClaimLeft = 11,
  kAlone = 12,
  kLeaves = 13,
  kReturns = 14,
  kApplication = 15,
  kStatus = 16,
  kAbsence = 17,
  kEnding = 18,
  kMinute = 19,
  kWhichGuardian = 20,
  kRepeat = 21,
  kPayDay = 22,
  kPays = 23,
  kPayment = 24,
  kNotice = 25,
  kFeeStandard = 26,
  kRequest = 27,
  kEvidence = 28,
};

class Dice {
 public:
  explicit Dice(uint64_t seed) : seed_(seed) {}

  uint64_t Draw(Topic topic, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) const;
  // 0 to n - 1.
  int Below(int n, Topic topic, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) const;
  // True for `of_thousand` in a thousand.
  bool Chance(int of_thousand, Topic topic, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) const;

  std::string Id(Topic topic, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) const;    // 26 characters.
  std::string Uuid(Topic topic, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) const;  // Of version 4.
  std::string Hash(Topic topic, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) const;  // 32 bytes.

 private:
  std::string Bytes16(Topic topic, uint64_t a, uint64_t b, uint64_t c, uint64_t half) const;

  uint64_t seed_;
};

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_DICE_H_
