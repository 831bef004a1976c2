// What a relay is told.
#ifndef AFTERBELL_SERVICES_RELAY_OPTIONS_H_
#define AFTERBELL_SERVICES_RELAY_OPTIONS_H_

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "afterbell/config/v1/config.pb.h"
#include "services/platform/log/kafka/options.h"

namespace afterbell::relay {

struct RelayOptions {
  KafkaLogOptions log;
  std::vector<std::string> services;  // None: all there are.
  config::v1::Relay limits;
  // As for the services themselves: how long a relay may be silent before others take its partitions, and how
  // long it may take to leave them in order.
  std::chrono::milliseconds session_timeout{6000};
  std::chrono::milliseconds hand_over_at_most{5000};
  std::function<void(const std::string& line)> say;  // What an operator has to know, from the relay's thread.
};

}  // namespace afterbell::relay

#endif  // AFTERBELL_SERVICES_RELAY_OPTIONS_H_
