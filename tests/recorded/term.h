// A term that an earlier build recorded, kept as an archive: a service must make each of its decisions again
// alike, and hold the rows that term.digests says.
//
// The archive is 3 districts, 6 schools and 42 pupils of tools/citygen (seed 5), played through gRPC in
// November 2026 by the first generation of rows. It never changes. The digests change with the rows, on
// purpose, and say so in the commit that does it:
//
//   afterbell log import --from tests/recorded/term … keeps the records but names the log anew; so the
//   digests of a failed test are copied from what it prints.
#ifndef AFTERBELL_TESTS_RECORDED_TERM_H_
#define AFTERBELL_TESTS_RECORDED_TERM_H_

#include "services/platform/decider/service.h"

namespace afterbell::recorded {

// Fails for each decision that comes out otherwise and for each partition whose rows are others.
void ExpectTheTermAsRecorded(const Service& service);

}  // namespace afterbell::recorded

#endif  // AFTERBELL_TESTS_RECORDED_TERM_H_
