// The enrollment service as a process of its own: the only file that knows which adapters are real.
#include "services/enrollment/transport/enrollment_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-enrollment",
                                {afterbell::enrollment::HostEnrollment()});
}
