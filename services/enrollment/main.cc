// The enrollment service as a process of its own, on an embedded log or as one of several instances on Kafka.
#include "services/enrollment/transport/enrollment_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-enrollment",
                                {afterbell::enrollment::HostEnrollment()});
}
