// Memory of a city's process: while a whole term is played in it, so that all its pupils are active and the
// log has grown long, and ten idle seconds after. Rows in memory stand beside the limit that they are to
// keep.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "services/platform/base/status_macros.h"
#include "services/platform/config/config.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/child.h"

namespace afterbell::bench {
namespace {

constexpr std::chrono::seconds kIdle(10);
constexpr double kMib = 1 << 20;

// The most that was met.
struct Most {
  long resident = 0;
  uint64_t row_bytes = 0;

  absl::Status Look(Child* city) {
    AFTERBELL_ASSIGN_OR_RETURN(const CityUsage usage, city->Usage());
    row_bytes = std::max(row_bytes, usage.row_bytes);
    resident = std::max(resident, city->ResidentBytes());
    return absl::OkStatus();
  }
};

absl::Status PlayAll(const std::string& address, const Flags& flags, Child* city, Most* most) {
  AFTERBELL_ASSIGN_OR_RETURN(const auto term,
                             Term::Open(address, Term::OptionsOf(flags), [city] { return city->Settle(); }));
  Client client(address);
  Side side{&client};
  citygen::Phase check_ins;
  for (;;) {
    AFTERBELL_ASSIGN_OR_RETURN(const bool more, term->Next(&check_ins));
    if (!more) break;
    Send(Batches(check_ins), kBatchesOutstanding, &side);
    AFTERBELL_RETURN_IF_ERROR(most->Look(city));
  }
  for (const std::string& text : term->unexpected()) std::printf("not as expected: %s\n", text.c_str());
  return side.failed == 0 ? absl::OkStatus() : absl::InternalError(side.first_failure);
}

}  // namespace

absl::Status Memory(const Flags& flags) {
  std::filesystem::remove_all(flags.data);
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, Child::Spawn("city", flags.data));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string address, city->Await("address"));
  Most most;
  AFTERBELL_RETURN_IF_ERROR(PlayAll(address, flags, city.get(), &most));
  AFTERBELL_RETURN_IF_ERROR(city->Settle());
  std::this_thread::sleep_for(kIdle);
  const long at_rest = city->ResidentBytes();
  AFTERBELL_ASSIGN_OR_RETURN(const CityUsage usage, city->Usage());
  AFTERBELL_ASSIGN_OR_RETURN(const uint64_t records, RecordsIn(flags.data));
  const double rows_max = static_cast<double>(DefaultLimits().rows_bytes_max());
  std::printf(
      "{\"bench\": \"memory\", \"records\": %lu, \"pupils\": %d, \"resident_mib\": %.0f, \"rows_mib\": %.1f, "
      "\"rows_bytes_max_mib\": %.0f, \"ratio\": %.3f, \"idle_resident_mib\": %.0f, \"idle_rows_mib\": "
      "%.1f}\n",
      records, flags.schools * flags.pupils * static_cast<int>(Term::OptionsOf(flags).districts.size()),
      static_cast<double>(most.resident) / kMib, static_cast<double>(most.row_bytes) / kMib, rows_max / kMib,
      static_cast<double>(most.row_bytes) / rows_max, static_cast<double>(at_rest) / kMib,
      static_cast<double>(usage.row_bytes) / kMib);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
