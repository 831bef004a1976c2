#include "tests/fault/killing.h"

#include <thread>

#include "absl/strings/str_cat.h"

namespace afterbell::fault {

absl::StatusOr<std::vector<Request*>> AskAndKill(Load* load, Server* server, const std::string& address,
                                                 std::chrono::milliseconds delay) {
  std::thread killer([&] {
    load->WaitUntilAsking();
    std::this_thread::sleep_for(delay);  // A random moment.
    server->Freeze();
    load->WaitUntilFull();
    load->MarkKilling();
    server->Kill();
  });
  const absl::Status asked = load->AskUntilKilled(address);
  killer.join();
  const absl::Status reaped = server->KillAndReap();
  if (!asked.ok()) return asked;
  if (!reaped.ok()) return reaped;
  std::vector<Request*> unanswered;
  for (size_t i = load->begun(); i < load->requests().size(); ++i)
    if (!load->requests()[i].answer) unanswered.push_back(&load->requests()[i]);
  if (unanswered.size() != Load::kOutstanding)
    return absl::InternalError(
        absl::StrCat("the kill met ", unanswered.size(), " calls in flight, not ", Load::kOutstanding));
  return unanswered;
}

}  // namespace afterbell::fault
