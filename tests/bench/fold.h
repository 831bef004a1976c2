// Our side of `bench streams`, each in a process of its own: a runtime that follows the truth and keeps the
// rows of the aggregate, and a reader that consumes, parses and chains the same records and keeps nothing.
//
// Output, a line each: "first", "half" and "last" when so many of --records were folded, "ready" when
// everything the log holds is in the stores. Input: "digest" is answered "digest HEX ROWS". They end with
// their input.
#ifndef AFTERBELL_TESTS_BENCH_FOLD_H_
#define AFTERBELL_TESTS_BENCH_FOLD_H_

#include "tests/bench/bench.h"

namespace afterbell::bench {

int ServeFold(const Flags& flags);
int ServeScan(const Flags& flags);

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_FOLD_H_
