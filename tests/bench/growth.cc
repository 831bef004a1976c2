// Whether a command costs more where there are more schools: processor time of the city's process for each
// check-in, with a thousand schools beside sixty of the same size. The same number of check-ins in both, in
// batches, each batch over as many schools as it holds pupils; the small city has more days for it. Sending,
// and the rest of those days, is not counted; what a check-in brings about behind its answer is.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/config/config.h"
#include "tests/bench/bench.h"
#include "tests/bench/check_ins.h"
#include "tests/bench/child.h"

namespace afterbell::bench {
namespace {

constexpr int kMany = 1000, kFew = 60;
// Check-ins between two readings of the clock: about a day of the few with forty pupils each, so that both
// cities are measured in pieces of one length. What is left of a day is not counted.
constexpr int kPiece = 1900;
constexpr char kDistrict[] = "xiji";  // One session a day.

struct Grown {
  double cpu_seconds = 0;
  uint64_t commands = 0;
  CityUsage usage;  // At the end.
  long resident = 0;
  double micros() const { return cpu_seconds * 1e6 / static_cast<double>(std::max<uint64_t>(1, commands)); }
};

// In an order in which schools take turns by chance, the same each time.
void Shuffle(citygen::Phase* check_ins) {
  std::mt19937 chance(1);
  for (int i = check_ins->calls_size() - 1; i > 0; --i)
    check_ins->mutable_calls()->SwapElements(i, static_cast<int>(chance() % static_cast<uint32_t>(i + 1)));
}

absl::Status MeasurePiece(const citygen::Phase& piece, Child* city, Client* client, Grown* grown) {
  AFTERBELL_RETURN_IF_ERROR(city->Settle());
  AFTERBELL_ASSIGN_OR_RETURN(const CityUsage before, city->Usage());
  Side side{client};
  Send(Batches(piece), kBatchesOutstanding, &side);
  if (side.failed > 0) return absl::InternalError(side.first_failure);
  AFTERBELL_RETURN_IF_ERROR(city->Settle());
  AFTERBELL_ASSIGN_OR_RETURN(grown->usage, city->Usage());
  grown->cpu_seconds += grown->usage.cpu_seconds - before.cpu_seconds;
  grown->commands += side.commands;
  return absl::OkStatus();
}

// Not counted: the first day, on which the rows of each pupil are made.
absl::Status MeasureDay(const citygen::Phase& day, uint64_t commands_max, bool counts, Child* city,
                        Client* client, Grown* grown) {
  for (int at = 0; at < day.calls_size(); at += kPiece) {
    citygen::Phase piece;
    for (int i = at; i < std::min(day.calls_size(), at + kPiece); ++i) *piece.add_calls() = day.calls(i);
    Grown uncounted;
    const bool full = piece.calls_size() == kPiece && grown->commands < commands_max;
    AFTERBELL_RETURN_IF_ERROR(MeasurePiece(piece, city, client, counts && full ? grown : &uncounted));
  }
  return absl::OkStatus();
}

absl::StatusOr<Grown> Grow(const Flags& flags, int schools) {
  std::filesystem::remove_all(flags.data);
  AFTERBELL_ASSIGN_OR_RETURN(const auto city, Child::Spawn("city", flags.data));
  AFTERBELL_ASSIGN_OR_RETURN(const std::string address, city->Await("address"));
  citygen::CityOptions options = Term::OptionsOf(flags);
  options.districts = {kDistrict};
  options.schools_per_district = schools;
  AFTERBELL_ASSIGN_OR_RETURN(const auto term, Term::Open(address, options));
  Client client(address);
  Grown grown;
  citygen::Phase day;
  for (int number = 0; grown.commands < flags.commands; ++number) {
    AFTERBELL_ASSIGN_OR_RETURN(const bool more, term->Next(&day));
    if (!more)
      return absl::InvalidArgumentError("--commands, --pupils: more than the term has in full pieces");
    Shuffle(&day);
    AFTERBELL_RETURN_IF_ERROR(MeasureDay(day, flags.commands, number > 0, city.get(), &client, &grown));
  }
  for (const std::string& text : term->unexpected()) std::printf("not as expected: %s\n", text.c_str());
  grown.resident = city->ResidentBytes();
  return grown;
}

constexpr double kMib = 1 << 20;

std::string Json(const char* name, const Grown& grown) {
  char text[256];
  std::snprintf(text, sizeof text,
                "\"%s_us\": %.2f, \"%s_commands\": %lu, \"%s_resident_mib\": %.0f, \"%s_rows_mib\": %.1f, "
                "\"%s_rows_unwritten\": %lu",
                name, grown.micros(), name, grown.commands, name, static_cast<double>(grown.resident) / kMib,
                name, static_cast<double>(grown.usage.row_bytes) / kMib, name, grown.usage.rows_unwritten);
  return text;
}

}  // namespace

absl::Status Growth(const Flags& flags) {
  AFTERBELL_ASSIGN_OR_RETURN(const Grown few, Grow(flags, kFew));
  AFTERBELL_ASSIGN_OR_RETURN(const Grown many, Grow(flags, kMany));
  std::printf(
      "{\"bench\": \"growth\", \"pupils_per_school\": %d, \"few_schools\": %d, \"many_schools\": %d, %s, %s, "
      "\"rows_bytes_max_mib\": %.0f, \"ratio\": %.3f}\n",
      flags.pupils, kFew, kMany, Json("few", few).c_str(), Json("many", many).c_str(),
      static_cast<double>(DefaultLimits().rows_bytes_max()) / kMib, many.micros() / few.micros());
  return absl::OkStatus();
}

}  // namespace afterbell::bench
