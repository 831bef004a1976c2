#include "services/billing/domain/amount.h"

#include <algorithm>

namespace afterbell::billing {
namespace {

// Wide enough for a charge times a hundred to the number of waivers there are categories for.
using Wide = unsigned __int128;

constexpr int64_t kWhole = 100;

}  // namespace

Amounts AmountsOf(int64_t units, int64_t amount_fen, std::optional<int64_t> room_fen,
                  const std::vector<int64_t>& removed_percent) {
  Amounts amounts;
  amounts.gross_fen = units * amount_fen;
  if (room_fen) amounts.cap_removed_fen = std::max<int64_t>(0, amounts.gross_fen - *room_fen);
  const int64_t capped = amounts.gross_fen - amounts.cap_removed_fen;
  Wide kept = static_cast<Wide>(capped);
  Wide parts = 1;
  for (const int64_t percent : removed_percent) {
    kept *= static_cast<Wide>(kWhole - percent);
    parts *= kWhole;
  }
  amounts.net_fen = static_cast<int64_t>((2 * kept + parts) / (2 * parts));  // Half up, once, at the end.
  amounts.waiver_fen = capped - amounts.net_fen;
  return amounts;
}

}  // namespace afterbell::billing
