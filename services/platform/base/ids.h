// Ids. Sixteen bytes as 26 characters of lower-case base32 (RFC 4648, no padding): short enough
// to read out on the telephone, safe in keys, paths and URLs.
//
// Random ids are drawn at the edge (random_id.h); here are only the derived ones, which are the
// same on every machine: rules may use them.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_IDS_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_IDS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace afterbell {

// Length of an id in characters.
inline constexpr size_t kIdLength = 26;

// The id of what its parts name: the first 16 bytes of SHA-256 over the type and the parts, a zero
// byte between. DerivedId("session", {school, date, period, group}).
std::string DerivedId(std::string_view type, std::initializer_list<std::string_view> parts);

// An id, or a short code of an area ("jilin"): 1 to 64 letters, digits, '-', '_' or '.'.
// Never '/', so that ids can be parts of keys.
bool IsId(std::string_view text);

// Sixteen bytes as an id.
std::string IdOfBytes(std::string_view bytes16);

// The partition of a school: 1 + murmur2(school id) mod P, as Kafka's Java client hashes keys.
// An empty school is the commons, partition 0.
uint32_t PartitionOfSchool(std::string_view school_id, uint32_t school_partitions);

// Kafka's 32-bit murmur2.
uint32_t Murmur2(std::string_view bytes);

// SHA-256 of bytes, 32 bytes.
std::string Sha256(std::string_view a, std::string_view b = {});

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_IDS_H_
