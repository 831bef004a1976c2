// The brokers of a test, which tools/kafka has started, to be hit.
//
// Threads: one at a time.
#ifndef AFTERBELL_TESTS_FAULT_BROKERS_H_
#define AFTERBELL_TESTS_FAULT_BROKERS_H_

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace afterbell::fault {

class Brokers {
 public:
  // The tool, and the folder of the brokers.
  Brokers(std::string tool, std::string data) : tool_(std::move(tool)), data_(std::move(data)) {}

  // Starts one that knows a line (line.h), for as long as this process lives: where it is reached, and where
  // by who comes through the line.
  struct Addresses {
    std::string direct, by_line;
  };
  absl::StatusOr<Addresses> StartWithLine(int line_port) const;

  // What tools/kafka does to them: "kill --broker 1", "start".
  absl::Status Do(const std::string& what) const;

  // Fills their disk, a small file system of its own, until they die of it; gives them room again, not before
  // `length`, and starts them.
  absl::Status FillDisk(std::chrono::milliseconds length) const;

 private:
  const std::string tool_, data_;
};

}  // namespace afterbell::fault

#endif  // AFTERBELL_TESTS_FAULT_BROKERS_H_
