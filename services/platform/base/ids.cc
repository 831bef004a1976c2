#include "services/platform/base/ids.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace afterbell {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string Sha256(std::string_view a, std::string_view b) {
  // The context is kept per thread: fetching the algorithm costs more than the hash of a short text.
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(32, '\0');
  if (EVP_DigestInit_ex(context.get(), kSha256, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), a.data(), a.size()) != 1 ||
      EVP_DigestUpdate(context.get(), b.data(), b.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) != 1) {
    std::abort();  // OpenSSL without SHA-256 is not a library we can run on.
  }
  return digest;
}

std::string IdOfBytes(std::string_view bytes16) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string id;
  id.reserve(kIdLength);
  uint32_t buffer = 0;
  int bits = 0;
  for (const char byte : bytes16) {
    buffer = (buffer << 8) | static_cast<unsigned char>(byte);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id += kAlphabet[(buffer >> bits) & 31];
    }
  }
  if (bits > 0) id += kAlphabet[(buffer << (5 - bits)) & 31];
  return id;
}

std::string DerivedId(std::string_view type, std::initializer_list<std::string_view> parts) {
  std::string named(type);
  for (const std::string_view part : parts) {
    named += '\0';
    named += part;
  }
  return IdOfBytes(std::string_view(Sha256(named)).substr(0, 16));
}

bool IsId(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
    if (!good) return false;
  }
  return true;
}

uint32_t Murmur2(std::string_view bytes) {
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])); };
  uint32_t hash = 0x9747b28c ^ static_cast<uint32_t>(bytes.size());
  const size_t words = bytes.size() / 4;
  for (size_t word = 0; word < words; ++word) {
    const size_t i = word * 4;
    uint32_t k = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    k *= kMultiplier;
    k ^= k >> 24;
    k *= kMultiplier;
    hash *= kMultiplier;
    hash ^= k;
  }
  const size_t tail = words * 4;
  switch (bytes.size() % 4) {
    case 3:
      hash ^= byte(tail + 2) << 16;
      [[fallthrough]];
    case 2:
      hash ^= byte(tail + 1) << 8;
      [[fallthrough]];
    case 1:
      hash ^= byte(tail);
      hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

uint32_t PartitionOfSchool(std::string_view school_id, uint32_t school_partitions) {
  if (school_id.empty()) return 0;
  return 1 + (Murmur2(school_id) & 0x7fffffff) % school_partitions;
}

}  // namespace afterbell
