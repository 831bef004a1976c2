#include "tools/citygen/dice.h"

#include "services/platform/base/ids.h"

namespace afterbell::citygen {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;

uint64_t Mix(uint64_t z) {
  z += kGolden;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

uint64_t Dice::Draw(Topic topic, uint64_t a, uint64_t b, uint64_t c) const {
  uint64_t h = Mix(seed_);
  for (const uint64_t part : {static_cast<uint64_t>(topic), a, b, c}) h = Mix(h ^ Mix(part));
  return h;
}

int Dice::Below(int n, Topic topic, uint64_t a, uint64_t b, uint64_t c) const {
  return static_cast<int>(Draw(topic, a, b, c) % static_cast<uint64_t>(n));
}

bool Dice::Chance(int of_thousand, Topic topic, uint64_t a, uint64_t b, uint64_t c) const {
  return Below(1000, topic, a, b, c) < of_thousand;
}

std::string Dice::Bytes16(Topic topic, uint64_t a, uint64_t b, uint64_t c, uint64_t half) const {
  const uint64_t first = Draw(topic, a, b, c);
  std::string bytes;
  for (const uint64_t word : {Mix(first ^ (2 * half + 1)), Mix(first ^ Mix(2 * half + 2))}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift);
  }
  return bytes;
}

std::string Dice::Id(Topic topic, uint64_t a, uint64_t b, uint64_t c) const {
  return IdOfBytes(Bytes16(topic, a, b, c, 0));
}

std::string Dice::Uuid(Topic topic, uint64_t a, uint64_t b, uint64_t c) const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string bytes = Bytes16(topic, a, b, c, 0);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string Dice::Hash(Topic topic, uint64_t a, uint64_t b, uint64_t c) const {
  return Bytes16(topic, a, b, c, 0) + Bytes16(topic, a, b, c, 1);
}

}  // namespace afterbell::citygen
