// The attendance service as a process of its own, on an embedded log or as one of several instances on Kafka.
#include "services/attendance/transport/attendance_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-attendance",
                                {afterbell::attendance::HostAttendance()});
}
