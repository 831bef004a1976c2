// What a pupil owes for a month, reckoned apart from billing.
#ifndef AFTERBELL_TOOLS_CITYGEN_BILL_H_
#define AFTERBELL_TOOLS_CITYGEN_BILL_H_

#include <cstdint>

namespace afterbell::citygen {

// In fen.
struct Bill {
  int64_t gross = 0;
  int64_t cap_removed = 0;
  int64_t waived = 0;
  int64_t net = 0;
};

// The gross, then the cap (0: none), then half off, half a fen up (BIL-10, BIL-14).
Bill BillOf(int64_t gross, int64_t cap, bool half);

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_BILL_H_
