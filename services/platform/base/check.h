// What must hold, or this program is wrong: on in production. It says what did not, and ends the process; the
// next start folds again what was lost with it. Never for what a caller, a disk or a network may bring about.
#ifndef AFTERBELL_SERVICES_PLATFORM_BASE_CHECK_H_
#define AFTERBELL_SERVICES_PLATFORM_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace afterbell {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  std::abort();
}

}  // namespace afterbell

#define AFTERBELL_CHECK(what)                                         \
  do {                                                                \
    if (!(what)) ::afterbell::CheckFailed(__FILE__, __LINE__, #what); \
  } while (false)

#endif  // AFTERBELL_SERVICES_PLATFORM_BASE_CHECK_H_
