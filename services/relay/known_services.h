// The services whose events this program can name: their messages are linked into it, and found by
// reflection. That is all a relay knows of a service.
#ifndef AFTERBELL_SERVICES_RELAY_KNOWN_SERVICES_H_
#define AFTERBELL_SERVICES_RELAY_KNOWN_SERVICES_H_

#include <string>
#include <vector>

namespace afterbell::relay {

std::vector<std::string> KnownServices();

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_KNOWN_SERVICES_H_
