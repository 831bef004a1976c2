// The inspection service as a process of its own: the only file that knows which adapters are real.
#include "services/inspection/transport/inspection_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-inspection",
                                {afterbell::inspection::HostInspection()});
}
