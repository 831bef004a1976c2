// Random ids, from the operating system's generator. For the edge only: a rule that draws one
// would decide differently on replay.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_RANDOM_ID_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_RANDOM_ID_H_

#include <string>

namespace afterbell {

// A random id (ids.h). Safe from any thread.
std::string RandomId();

// A random UUID (version 4) as text, for request ids.
std::string RandomUuid();

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_RANDOM_ID_H_
