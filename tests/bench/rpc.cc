#include <filesystem>

#include "services/platform/base/status_macros.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/child.h"

namespace afterbell::bench {

absl::Status Rpc(const Flags& flags) {
  std::filesystem::remove_all(flags.data);
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, Child::Spawn("city", flags.data));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string address, city->Await("address"));
  Raced raced;
  AFTERBELL_RETURN_IF_ERROR(RaceCheckIns(
      flags, address, [] { return absl::OkStatus(); }, &raced));
  Print("", raced);
  return absl::OkStatus();
}

}  // namespace afterbell::bench
