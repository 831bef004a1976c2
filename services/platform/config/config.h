// How a process is set up: from nothing, a file, and the environment, in that order.
//
// The message is the reference (proto/afterbell/config/v1/config.proto): its fields, what they are unless
// told, and what they may be. Here it is only filled in and held against its bounds.
//
// Threads: any.
#ifndef AFTERBELL_SERVICES_PLATFORM_CONFIG_CONFIG_H_
#define AFTERBELL_SERVICES_PLATFORM_CONFIG_CONFIG_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "afterbell/config/v1/config.pb.h"

namespace afterbell {

// The limits unless told.
config::v1::Limits DefaultLimits();

// A variable of the environment, or null.
using Environment = std::function<const char*(const std::string& name)>;

// Protobuf text, with what it leaves out filled in. INVALID_ARGUMENT names file, line and column, or the
// variable, with what was found and what was expected.
absl::StatusOr<config::v1::Config> ParseConfig(std::string_view text, std::string_view file_name,
                                               const Environment& environment);

// A file (none when the path is empty) under the environment of this process. NOT_FOUND without the file.
absl::StatusOr<config::v1::Config> LoadConfig(const std::string& path);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_CONFIG_CONFIG_H_
