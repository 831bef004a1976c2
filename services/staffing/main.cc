// The staffing service as a process of its own: the only file that knows which adapters are real.
#include "services/staffing/transport/staffing_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-staffing", {afterbell::staffing::HostStaffing()});
}
