#include "tools/citygen/bill.h"

#include <algorithm>

namespace afterbell::citygen {

Bill BillOf(int64_t gross, int64_t cap, bool half) {
  Bill bill;
  bill.gross = gross;
  const int64_t capped = cap > 0 ? std::min(gross, cap) : gross;
  bill.cap_removed = gross - capped;
  bill.net = half ? (capped + 1) / 2 : capped;
  bill.waived = capped - bill.net;
  return bill;
}

}  // namespace afterbell::citygen
