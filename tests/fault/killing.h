// A server that is killed in the midst of calls, wherever it is at a random moment.
//
// It is frozen before it is killed: it does nothing more, and whoever asks it goes on asking until as many
// calls as may be outstanding wait for it. So every kill meets calls in flight, on a slow machine and on a
// fast one, and what the kill meets inside the server is what the moment met.
#ifndef AFTERBELL_TESTS_FAULT_KILLING_H_
#define AFTERBELL_TESTS_FAULT_KILLING_H_

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/fault/load.h"
#include "tests/fault/server.h"

namespace afterbell::fault {

// Asks `server` at `address`, kills it `delay` after the first call, and waits for its end. The requests that
// it has not answered: Load::kOutstanding of them. An error: an answer nobody may get, or it died of
// something else.
absl::StatusOr<std::vector<Request*>> AskAndKill(Load* load, Server* server, const std::string& address,
                                                 std::chrono::milliseconds delay);

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_KILLING_H_
