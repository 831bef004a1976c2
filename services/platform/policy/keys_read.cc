// The keys that some code reads today. Whoever writes the first reader of a key adds it here, so
// that coverage (coverage.h) shows which parameters a district sets and nothing obeys yet.
#include "services/platform/policy/keys.h"

namespace afterbell::policy {

std::span<const std::string_view> KeysRead() {
  static const std::vector<std::string_view> keys = {
      // One a line, in alphabetical order.
  };
  return keys;
}

}  // namespace afterbell::policy
