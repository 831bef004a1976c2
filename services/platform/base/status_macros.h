// Two ways to leave a function early with an error.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"

#define AFTERBELL_RETURN_IF_ERROR(expression) \
  if (absl::Status afterbell_status = (expression); !afterbell_status.ok()) return afterbell_status

#define AFTERBELL_ASSIGN_OR_RETURN(variable, expression) \
  AFTERBELL_ASSIGN_OR_RETURN_AS(AFTERBELL_JOIN(afterbell_or_, __LINE__), variable, expression)
#define AFTERBELL_ASSIGN_OR_RETURN_AS(holder, variable, expression) \
  auto holder = (expression);                                       \
  if (!holder.ok()) return holder.status();                         \
  variable = *std::move(holder)
#define AFTERBELL_JOIN(a, b) AFTERBELL_JOIN_AGAIN(a, b)
#define AFTERBELL_JOIN_AGAIN(a, b) a##b

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_STATUS_MACROS_H_
