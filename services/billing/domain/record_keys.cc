#include "services/billing/domain/record_keys.h"

namespace afterbell::billing {
namespace {

constexpr size_t kIndexDigits = 20;

}  // namespace

std::string IndexText(uint64_t index) {
  const std::string digits = std::to_string(index);
  return std::string(kIndexDigits - digits.size(), '0') + digits;
}

std::string EventName(const v1::BillingEvent& event) {
  const auto* field =
      event.GetReflection()->GetOneofFieldDescriptor(event, v1::BillingEvent::descriptor()->oneof_decl(0));
  return field == nullptr ? std::string() : field->name();
}

}  // namespace afterbell::billing
