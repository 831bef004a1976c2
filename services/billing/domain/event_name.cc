#include "services/billing/domain/event_name.h"

namespace afterbell::billing {

std::string EventName(const v1::BillingEvent& event) {
  const auto* field =
      event.GetReflection()->GetOneofFieldDescriptor(event, v1::BillingEvent::descriptor()->oneof_decl(0));
  return field == nullptr ? std::string() : field->name();
}

}  // namespace afterbell::billing
