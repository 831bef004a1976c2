#include "services/platform/rpc/status.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell {
namespace {

constexpr int kRetryNanos = 200'000'000;

grpc::Status Rich(const google::rpc::Status& rich) {
  return grpc::Status(static_cast<grpc::StatusCode>(rich.code()), rich.message(), rich.SerializeAsString());
}

// The reason of an error that is no refusal, by its code.
const char* ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case absl::StatusCode::kNotFound:
      return "NOT_FOUND";
    case absl::StatusCode::kResourceExhausted:
      return "LIMIT_REACHED";
    case absl::StatusCode::kUnavailable:
      return "UNAVAILABLE";
    case absl::StatusCode::kPermissionDenied:
      return "ROLE_NOT_ALLOWED";
    case absl::StatusCode::kUnauthenticated:
      return "CALLER_UNKNOWN";
    case absl::StatusCode::kFailedPrecondition:
      return "POSITION_NOT_OF_THIS_LOG";
    case absl::StatusCode::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    default:
      return "INTERNAL";
  }
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, std::string_view service) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  rich.set_message(std::string(status.message()));
  google::rpc::ErrorInfo info;
  info.set_domain("afterbell." + std::string(service));
  info.set_reason(ReasonOf(status.code()));
  const std::string field = FieldOf(status);
  if (!field.empty()) {
    (*info.mutable_metadata())["field"] = field;
    google::rpc::BadRequest bad;
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(std::string(status.message()));
    rich.add_details()->PackFrom(bad);
  }
  if (status.code() == absl::StatusCode::kResourceExhausted ||
      status.code() == absl::StatusCode::kUnavailable) {
    const std::string message(status.message());
    const size_t colon = message.find(':');
    if (colon != std::string::npos) (*info.mutable_metadata())["limit"] = message.substr(0, colon);
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_nanos(kRetryNanos);
    rich.add_details()->PackFrom(retry);
  }
  rich.add_details()->PackFrom(info);
  return Rich(rich);
}

std::string Sentence(const log::v1::Refusal& refusal) {
  std::string text = refusal.rule() + " " + refusal.reason();
  if (!refusal.subject().empty()) text += " (" + refusal.subject() + ")";
  if (!refusal.met().empty() || !refusal.limit().empty()) {
    text += ": " + (refusal.met().empty() ? "none" : refusal.met()) + " met";
    if (!refusal.limit().empty()) text += ", " + refusal.limit() + " asked or allowed";
  }
  if (!refusal.parameter().empty()) text += " [" + refusal.parameter() + "]";
  return text;
}

grpc::Status ToGrpc(const log::v1::Refusal& refusal, std::string_view service) {
  google::rpc::Status rich;
  rich.set_code(grpc::StatusCode::FAILED_PRECONDITION);
  rich.set_message(Sentence(refusal));
  google::rpc::ErrorInfo info;
  info.set_domain("afterbell." + std::string(service));
  info.set_reason(refusal.reason());
  auto& metadata = *info.mutable_metadata();
  metadata["rule"] = refusal.rule();
  if (!refusal.subject().empty()) metadata["subject"] = refusal.subject();
  if (!refusal.limit().empty()) metadata["limit"] = refusal.limit();
  if (!refusal.met().empty()) metadata["met"] = refusal.met();
  if (!refusal.parameter().empty()) metadata["parameter"] = refusal.parameter();
  rich.add_details()->PackFrom(info);
  return Rich(rich);
}

}  // namespace afterbell
