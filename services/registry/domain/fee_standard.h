// Fee standards: the name under which a fee is listed (BIL-12) and the values of policy that make
// it up, as announced by the body that may (REF-32). Amounts stand in policy, never here.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_FEE_STANDARD_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_FEE_STANDARD_H_

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

Decided DecideAnnounceFeeStandard(const Situation& s, const v1::AnnounceFeeStandard& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_FEE_STANDARD_H_
