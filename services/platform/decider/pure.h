// Put in front of every file of a domain/ folder by the compiler (tools/bazel/cc.bzl). First it
// includes the headers rules may use, then it poisons the names they may not: clocks, dice, files,
// the environment, databases, networks, and containers whose order is random. A rule that names one
// does not compile, so a decision cannot differ on replay for want of discipline.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_PURE_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_PURE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/extension_set.h"
#include "google/protobuf/generated_message_reflection.h"
#include "google/protobuf/generated_message_util.h"
#include "google/protobuf/map.h"
#include "google/protobuf/map_entry.h"
#include "google/protobuf/map_field.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/unknown_field_set.h"

#pragma GCC poison system_clock steady_clock high_resolution_clock Now GetCurrentTimeNanos gettimeofday \
    clock_gettime
#pragma GCC poison rand srand random_device mt19937 default_random_engine BitGen getrandom
#pragma GCC poison getenv fopen ifstream ofstream fstream
#pragma GCC poison unordered_map unordered_set flat_hash_map flat_hash_set node_hash_map node_hash_set
#pragma GCC poison rocksdb grpc rd_kafka
#pragma GCC poison thread this_thread mutex

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_PURE_H_
