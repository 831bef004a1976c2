// A record from its bytes, into one that was parsed before: what that has allocated serves again, which saves
// most of what parsing costs.
#ifndef AFTERBELL_SERVICES_PLATFORM_LOG_PARSE_H_
#define AFTERBELL_SERVICES_PLATFORM_LOG_PARSE_H_

#include <cstddef>
#include <string_view>

#include "afterbell/log/v1/log.pb.h"

namespace afterbell {

// Records of more bytes serve no other: they would keep what they have allocated.
inline constexpr size_t kServesAgainBytes = 4096;

// False: these are no record, and what `record` holds then means nothing.
bool ParseAgain(std::string_view bytes, log::v1::Record* record);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_LOG_PARSE_H_
