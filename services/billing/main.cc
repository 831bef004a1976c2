// The billing service as a process of its own: the only file that knows which adapters are real.
#include "services/billing/transport/billing_grpc.h"

int main(int argc, char** argv) {
  return afterbell::ServiceMain(argc, argv, "afterbell-billing", {afterbell::billing::HostBilling()});
}
