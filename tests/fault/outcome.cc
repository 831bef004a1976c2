#include "tests/fault/outcome.h"

#include <cstdio>
#include <regex>

#include "services/city/city.h"
#include "services/platform/replay/history.h"
#include "services/reviews/review.h"
#include "tests/fault/checker.h"
#include "tests/fault/laws.h"
#include "tools/afterbell/player.h"
#include "tools/afterbell/summary.h"

namespace afterbell::fault {
namespace {

// Microseconds number the records of one moment (recorded_at is at least one more than all a record had
// seen), in whatever order they came: two plays of one term agree to the second.
std::string WithoutMicroseconds(const std::string& text) {
  static const std::regex* const kFraction = new std::regex("(:[0-9]{2})\\.[0-9]{6}Z");
  return std::regex_replace(text, *kFraction, "$1Z");
}

absl::StatusOr<Answers> AnswersOf(const replay::History& history) {
  Answers answers;
  const auto districts = Summarise(history);
  if (!districts.ok()) return districts.status();
  answers.push_back(ToJson(*districts));
  for (const reviews::Review* review : reviews::All()) {
    const auto result = review->Run(history, CityServices(), {});
    if (!result.ok()) return result.status();
    for (const reviews::Table& table : result->tables)
      answers.push_back(std::string(review->name()) + " " + table.name + "\n" +
                        WithoutMicroseconds(reviews::AsCsv(table)));
  }
  return answers;
}

}  // namespace

absl::StatusOr<Answers> PlayEmbedded(const std::string& folder, uint32_t school_partitions,
                                     const std::vector<policy::v1::Instrument>& instruments,
                                     const NextPhase& next) {
  HostOptions options;
  options.data_directory = folder;
  options.simulated_clock = true;
  options.school_partitions = school_partitions;
  options.limits.set_request_days_max(36500);
  auto host = Host::Start(options, HostCity());
  if (!host.ok()) return host.status();
  Player player((*host)->address(), instruments);
  citygen::Phase phase;
  const auto settle = [&] { return (*host)->runtime().WaitQuiet(kPatience); };
  while (next(&phase)) {
    if (absl::Status played = player.Play(phase, settle); !played.ok()) return played;
  }
  // What was seen last is recorded too, as by processes when they stop: reviews know what was seen.
  if (absl::Status settled = (*host)->runtime().WaitSettled(kPatience); !settled.ok()) return settled;
  const auto history = replay::History::Load(&(*host)->log(), {});
  if (!history.ok()) return history.status();
  return AnswersOf(**history);
}

absl::StatusOr<Outcome> Judge(EventLog* log, const Answers& embedded) {
  Outcome outcome;
  const auto history = replay::History::Load(log, {});
  if (!history.ok()) return history.status();
  const auto answers = AnswersOf(**history);
  if (!answers.ok()) return answers.status();
  if (answers->size() != embedded.size()) return absl::InternalError("another number of answers");
  for (size_t i = 0; i < embedded.size(); ++i) {
    ++outcome.compared;
    if ((*answers)[i] == embedded[i]) continue;
    if (outcome.differing++ == 0)
      std::printf("embedded:\n%s\non Kafka:\n%s\n", embedded[i].c_str(), (*answers)[i].c_str());
  }
  outcome.again = replay::Verify(**history, CityServices(), {.digests = true});
  if (!outcome.again.ok()) std::printf("%s\n", replay::Summary(outcome.again).c_str());
  const auto stands = ReadRequests(log);
  if (!stands.ok()) return stands.status();
  for (const auto& [id, places] : *stands) outcome.doubled += places.size() > 1;
  const auto laws = CheckLaws(log);
  if (!laws.ok()) return laws.status();
  outcome.laws_broken = laws->broken();
  for (const std::string& violation : laws->violations()) std::printf("%s\n", violation.c_str());
  outcome.laws_tried = laws->placed() > 0 && laws->released() > 0 && laws->paid() > 0;
  return outcome;
}

}  // namespace afterbell::fault
