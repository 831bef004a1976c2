// Instruments and the values of policy they set. Publishing records the instrument once, each value
// as an event of its own, and ends the open values of the same issuer that the new ones replace.
//
// Identity is issuer and content, not the file it came from (C-26), so the same text published
// twice is quiet. Ids are those platform/policy's loader computes.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_INSTRUMENT_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_INSTRUMENT_H_

#include "services/registry/domain/decided.h"

namespace afterbell::registry {

// The operator publishes what was issued elsewhere, and may do so before the areas it names are
// registered: a value of an unknown area binds nobody.
Decided DecidePublishInstrument(const Situation& s, const v1::PublishInstrument& command);

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_INSTRUMENT_H_
