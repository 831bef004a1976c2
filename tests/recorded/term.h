// A term that an earlier build recorded, kept as an archive: a service must make each of its decisions again
// alike, and hold the rows that term.digests says.
//
// The archive is 3 districts, 6 schools and 42 pupils of tools/citygen (seed 5), played through gRPC by the
// build that kept rows as text and bytes. It never changes. The digests change when rows do, on purpose, in a
// commit that says why: the failed test prints the line that takes the place of the old one.
#ifndef AFTERBELL_TESTS_RECORDED_TERM_H_
#define AFTERBELL_TESTS_RECORDED_TERM_H_

#include "services/platform/decider/service.h"

namespace afterbell::recorded {

// Fails for each decision that comes out otherwise and for each partition whose rows are others.
void ExpectTheTermAsRecorded(const Service& service);

}  // namespace afterbell::recorded

#endif  // AFTERBELL_TESTS_RECORDED_TERM_H_
