// The attendance service as a process of its own: the only file that knows which adapters are real.
#include "services/attendance/transport/attendance_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-attendance",
                                {afterbell::attendance::HostAttendance()});
}
