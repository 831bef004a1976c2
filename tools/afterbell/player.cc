#include "tools/afterbell/player.h"

#include <grpcpp/support/status_code_enum.h>

#include <utility>

#include "afterbell/attendance/v1/attendance_commands.pb.h"
#include "afterbell/registry/v1/registry_commands.pb.h"
#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

using citygen::Call;

// Who moves the clock and publishes what was issued elsewhere.
const Caller kOperator{"platform_operator", "operator", "cn"};

Caller CallerOfCall(const Call& call) { return {call.role(), call.person_id(), call.district_id()}; }

bool SameCaller(const Call& a, const Call& b) {
  return a.person_id() == b.person_id() && a.role() == b.role() && a.district_id() == b.district_id();
}

// The commands that come in numbers, by gates and at rolls.
bool Batches(const Call& call) {
  return call.service() == "attendance" &&
         (call.command() == "check_in_pupil" || call.command() == "release_pupil");
}

int FieldNumberOf(const std::string& command) {
  const auto* field = attendance::v1::AttendanceCommand::descriptor()->FindFieldByName(command);
  return field == nullptr ? 0 : field->number();
}

}  // namespace

std::string DerivedUuid(const std::string& name) {
  const std::string digest = Sha256(name);
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned char>(digest[i]));
    text += hex;
  }
  return text;
}

log::v1::CommandHeader HeaderOfCall(const Call& call) {
  log::v1::CommandHeader header;
  header.set_request_id(call.request_id());
  header.set_school_id(call.school_id());
  if (call.has_occurred_at()) *header.mutable_occurred_at() = call.occurred_at();
  if (!call.capture_method().empty()) header.mutable_capture()->set_method(call.capture_method());
  return header;
}

std::string BatchItemOf(const Call& call) {
  const std::string command = FieldBytes(FieldNumberOf(call.command()), call.body());
  return FieldBytes(1, RequestOf(HeaderOfCall(call), command));
}

void Player::Note(const Call& call, int code, const std::string& rule, const std::string& reason,
                  const std::string& message) {
  if (code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED) {
    lost_ = absl::UnavailableError(message);
    return;
  }
  ++counts_.calls;
  if (code == 0 || !rule.empty()) requests_.insert(call.request_id());
  if (code == 0) {
    ++counts_.answered;
  } else if (!rule.empty()) {
    ++counts_.refused;
    ++counts_.refusals[rule + " " + reason];
  }
  const bool expected =
      call.has_expect() ? rule == call.expect().rule() && reason == call.expect().reason() : code == 0;
  if (expected) return;
  ++counts_.unexpected;
  if (counts_.first_unexpected.size() < kUnexpectedKept) {
    counts_.first_unexpected.push_back(
        call.service() + "." + call.command() + " by " + call.role() + " at " + call.district_id() + ": " +
        (code == 0 ? "answered OK" : message) +
        (call.has_expect() ? "; expected " + call.expect().rule() + " " + call.expect().reason()
                           : "; expected OK"));
  }
}

void Player::Send(const Call& call) {
  client_.WaitBelow(kOutstandingMax);
  client_.Start(MethodOf(call.service(), call.command()), CallerOfCall(call),
                RequestOf(HeaderOfCall(call), call.body()), [this, &call](const CallResult& result) {
                  Note(call, result.code, result.rule, result.reason, result.message);
                });
}

void Player::SendBatch(std::vector<const Call*> calls) {
  std::string request;
  for (const Call* call : calls) request += BatchItemOf(*call);
  const Caller caller = CallerOfCall(*calls.front());
  client_.WaitBelow(kOutstandingMax);
  client_.Start(
      "/afterbell.attendance.v1.AttendanceService/ExecuteBatch", caller, request,
      [this, calls = std::move(calls)](const CallResult& result) {
        // ExecuteBatchAnswer: repeated BatchAnswer in field 1, in order.
        std::vector<log::v1::BatchAnswer> answers;
        if (result.ok()) {
          const auto* data = reinterpret_cast<const uint8_t*>(result.body.data());
          google::protobuf::io::CodedInputStream in(data, static_cast<int>(result.body.size()));
          while (in.ReadTag() != 0) {
            uint32_t size = 0;
            std::string bytes;
            if (!in.ReadVarint32(&size) || !in.ReadString(&bytes, static_cast<int>(size))) break;
            answers.emplace_back();
            answers.back().ParseFromString(bytes);
          }
        }
        for (size_t i = 0; i < calls.size(); ++i) {
          if (i >= answers.size()) {
            Note(*calls[i], result.ok() ? grpc::StatusCode::INTERNAL : result.code, "", result.reason,
                 result.message);
          } else if (patience_.count() > 0 && answers[i].status_code() == grpc::StatusCode::UNAVAILABLE) {
            again_.push_back(calls[i]);
          } else {
            const log::v1::BatchAnswer& answer = answers[i];
            Note(*calls[i], answer.status_code(), answer.refusal().rule(), answer.refusal().reason(),
                 answer.status_message());
          }
        }
      });
}

void Player::MoveClock(const google::protobuf::Timestamp& at) {
  registry::v1::MoveClock move;
  *move.mutable_to() = at;
  Call call;
  call.set_service("registry");
  call.set_command("move_clock");
  call.set_request_id(
      DerivedUuid("clock " + std::to_string(at.seconds()) + " " + std::to_string(at.nanos())));
  const CallResult result = client_.Call(MethodOf("registry", "move_clock"), kOperator,
                                         RequestOf(HeaderOfCall(call), move.SerializeAsString()));
  if (!result.ok()) lost_ = absl::UnavailableError("the clock cannot be moved: " + result.message);
  requests_.insert(call.request_id());
}

void Player::PublishInstruments() {
  for (const policy::v1::Instrument& instrument : instruments_) {
    registry::v1::PublishInstrument publish;
    *publish.mutable_instrument() = instrument;
    Call call;
    call.set_service("registry");
    call.set_command("publish_instrument");
    call.set_role(kOperator.role);
    call.set_request_id(DerivedUuid("instrument " + instrument.instrument_id()));
    const CallResult result = client_.Call(MethodOf("registry", "publish_instrument"), kOperator,
                                           RequestOf(HeaderOfCall(call), publish.SerializeAsString()));
    Note(call, result.code, result.rule, result.reason, instrument.issuer() + ": " + result.message);
  }
}

void Player::SendAgain() {
  std::map<Caller, std::vector<const Call*>> batches;
  for (const Call* call : std::exchange(again_, {})) {
    std::vector<const Call*>& batch = batches[CallerOfCall(*call)];
    batch.push_back(call);
    if (batch.size() == kBatchMax) SendBatch(std::exchange(batch, {}));
  }
  for (auto& [caller, batch] : batches) {
    if (!batch.empty()) SendBatch(std::move(batch));
  }
}

absl::Status Player::Play(const citygen::Phase& phase, const std::function<absl::Status()>& settle) {
  MoveClock(phase.at());
  if (!lost_.ok()) return lost_;
  if (absl::Status settled = settle(); !settled.ok()) return settled;
  if (phase.label() == "policy") PublishInstruments();
  for (int i = 0; i < phase.calls_size();) {
    const Call& call = phase.calls(i);
    if (!Batches(call)) {
      Send(call);
      ++i;
      continue;
    }
    std::vector<const Call*> batch = {&call};
    while (++i < phase.calls_size() && batch.size() < kBatchMax && Batches(phase.calls(i)) &&
           SameCaller(call, phase.calls(i))) {
      batch.push_back(&phase.calls(i));
    }
    SendBatch(std::move(batch));
  }
  client_.WaitAll();
  const auto give_up_at = std::chrono::steady_clock::now() + patience_;
  while (!again_.empty()) {
    if (std::chrono::steady_clock::now() > give_up_at)
      return absl::UnavailableError("items of a batch that nobody decides");
    SendAgain();
    client_.WaitAll();
  }
  return lost_;
}

}  // namespace afterbell
