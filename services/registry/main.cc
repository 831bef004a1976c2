// The registry service as a process of its own: the only file that knows which adapters are real.
#include "services/registry/transport/registry_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-registry", {afterbell::registry::HostRegistry()});
}
