// The arithmetic of a charge, and nothing else: gross, then the cap, then the waiver, then half up
// to the fen (D-11). Whole numbers only.
#ifndef AFTERBELL_SERVICES_BILLING_DOMAIN_AMOUNT_H_
#define AFTERBELL_SERVICES_BILLING_DOMAIN_AMOUNT_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace afterbell::billing {

struct Amounts {
  int64_t gross_fen = 0;
  int64_t cap_removed_fen = 0;
  int64_t waiver_fen = 0;
  int64_t net_fen = 0;  // gross - cap_removed - waiver
};

// `room_fen` is what the cap still leaves; nothing where there is no cap. Each of `removed_percent`
// (0 to 100) takes its share of what the ones before it left.
Amounts AmountsOf(int64_t units, int64_t amount_fen, std::optional<int64_t> room_fen,
                  const std::vector<int64_t>& removed_percent);

}  // namespace afterbell::billing

#endif  // AFTERBELL_SERVICES_BILLING_DOMAIN_AMOUNT_H_
