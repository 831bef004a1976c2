// The table of values of policy: rows of registry's commons (platform/reference).
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_TABLES_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_TABLES_H_

#include "afterbell/policy/v1/policy.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::policy {

// All of a key are asked for together, and all there are by some rules of registry's.
inline constexpr CommonsTable<v1::ParameterValue, key::Word, key::Id> kValues{"c/registry/policy",
                                                                              "key/value", Ranged(0)};

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_TABLES_H_
