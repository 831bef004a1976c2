#include "tests/fault/checker.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "services/city/city.h"
#include "services/platform/replay/history.h"
#include "services/platform/replay/verify.h"

namespace afterbell::fault {
namespace {

// Leaves holes where there are zeros: a segment is mostly room.
bool CopyFile(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr size_t kBlock = 1 << 16;
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary);
  std::vector<char> block(kBlock);
  while (in.read(block.data(), kBlock) || in.gcount() > 0) {
    const auto end = block.begin() + in.gcount();
    if (std::any_of(block.begin(), end, [](char byte) { return byte != 0; })) {
      out.write(block.data(), in.gcount());
    } else {
      out.seekp(in.gcount(), std::ios::cur);
    }
  }
  out.close();
  if (!out || in.bad()) return false;
  std::filesystem::resize_file(to, std::filesystem::file_size(from));
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedLog>> OpenCopy(const std::string& data, const std::string& copy) {
  std::filesystem::remove_all(copy);
  std::filesystem::create_directories(copy);
  for (const auto& entry : std::filesystem::directory_iterator(data + "/log")) {
    const std::filesystem::path to = copy / entry.path().filename();
    if (!CopyFile(entry.path(), to)) return absl::InternalError("cannot copy " + entry.path().string());
  }
  EmbeddedLogOptions options;
  options.directory = copy;
  options.durability = EmbeddedLogOptions::Durability::kUnsynced;
  auto log = EmbeddedLog::Open(options);
  if (!log.ok()) return log.status();
  if (absl::Status whole = (*log)->VerifyAll(); !whole.ok()) return whole;
  return log;
}

absl::StatusOr<StandsById> ReadRequests(EventLog* log) {
  auto history = replay::History::Load(log, {});
  if (!history.ok()) return history.status();
  StandsById stands;
  for (const PartitionId& id : (*history)->partitions()) {
    replay::RecordReader reader = (*history)->Read(id);
    for (;;) {
      auto next = reader.Peek();
      if (!next.ok()) return next.status();
      if (*next == nullptr) break;
      const log::v1::Commit& commit = **next;
      if (!commit.request_id().empty()) {
        stands[commit.request_id()].push_back({id, commit.index(), !commit.events().empty(),
                                               commit.refusal().rule(), commit.refusal().reason()});
      }
      reader.Pop();
    }
  }
  return stands;
}

Findings Check(const std::deque<Request>& requests, const StandsById& stands) {
  Findings found;
  const auto tell = [&](uint64_t* count, const Request& request, const std::string& what) {
    ++*count;
    if (found.first.empty()) found.first = request.id + " " + what;
  };
  for (const Request& request : requests) {
    const auto at = stands.find(request.id);
    if (at != stands.end() && at->second.size() > 1) tell(&found.doubled, request, "stands there twice");
    if (!request.answer) continue;
    const Answer& answer = *request.answer;
    if (at == stands.end()) {
      tell(&found.lost, request, "was answered and is not in the log");
      continue;
    }
    const Stands& there = at->second.front();
    const bool alike = answer.refused()
                           ? there.rule == answer.rule && there.reason == answer.reason && !there.decided
                           : there.index == answer.index &&
                                 there.id == PartitionId{"registry", answer.partition} &&
                                 there.decided == answer.decided && there.rule.empty();
    if (!alike) tell(&found.lost, request, "was answered otherwise than it stands in the log");
  }
  return found;
}

absl::StatusOr<uint64_t> CountMismatches(EventLog* log, const std::map<PartitionId, Digest>& live,
                                         std::string* why) {
  auto history = replay::History::Load(log, {});
  if (!history.ok()) return history.status();
  const replay::VerifyReport report = replay::Verify(**history, CityServices(), {.digests = true});
  if (!report.ok()) return absl::InternalError(replay::Summary(report));
  std::map<PartitionId, Digest> fresh;
  for (const auto& each : report.digests) fresh[each.id] = {each.index, each.digest};
  if (fresh.empty()) return absl::InternalError("nothing was folded");
  uint64_t mismatches = 0;
  for (const PartitionId& id : (*history)->partitions()) {
    if (fresh.count(id) != 0 && live.count(id) != 0 && fresh.at(id) == live.at(id)) continue;
    if (mismatches++ == 0) {
      *why = ToString(id) + (fresh.count(id) == 0 ? " was not folded"
                             : live.count(id) == 0
                                 ? " has no live rows"
                                 : ": live at " + std::to_string(live.at(id).index) + ", folded anew at " +
                                       std::to_string(fresh.at(id).index));
    }
  }
  return mismatches;
}

}  // namespace afterbell::fault
