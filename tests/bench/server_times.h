// How long calls of one method take within the server: from when gRPC has matched a call to its method until
// its answer is handed back. What the client, the sockets and gRPC's own queues add is not in it.
//
// Threads: TimeCalls before a server is built; TakeTimes from any.
#ifndef AFTERBELL_TESTS_BENCH_SERVER_TIMES_H_
#define AFTERBELL_TESTS_BENCH_SERVER_TIMES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace afterbell::bench {

// Times every call of "/afterbell.…/CheckInPupil", of all servers that this process builds from here on.
void TimeCalls(const std::string& method);

// Microseconds of each call that ended since they were last asked for.
std::vector<int64_t> TakeTimes();

}  // namespace afterbell::bench

#endif  // AFTERBELL_TESTS_BENCH_SERVER_TIMES_H_
