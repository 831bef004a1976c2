// Pages of a list query: a scan of view rows, cut into pages. A page token pins the place and the
// arguments; with other arguments it is refused.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_PAGING_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_PAGING_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "afterbell/log/v1/call.pb.h"
#include "google/protobuf/message.h"
#include "services/platform/decider/rows.h"

namespace afterbell {

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 500;

// Walks rows with `prefix` in order of key, from where the request's page token says, and calls
// `visit(key, bytes)` for each until it has returned true (the row is on the page) page_size times.
// Fills answer->next_page_token when rows remain. `request` is the whole request: a token is good for
// equal arguments only (its header apart). INVALID_ARGUMENT for a negative size or a token that does
// not fit.
absl::Status ScanPage(const Rows& rows, std::string_view prefix, const google::protobuf::Message& request,
                      const log::v1::QueryHeader& header, log::v1::QueryAnswer* answer,
                      const std::function<bool(std::string_view key, std::string_view bytes)>& visit);

// The same with rows parsed: visit(key, const Row&) -> bool.
template <class Row, class Visit>
absl::Status ScanPageOf(const Rows& rows, std::string_view prefix, const google::protobuf::Message& request,
                        const log::v1::QueryHeader& header, log::v1::QueryAnswer* answer,
                        const Visit& visit) {
  return ScanPage(rows, prefix, request, header, answer, [&](std::string_view key, std::string_view bytes) {
    Row row;
    return row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && visit(key, row);
  });
}

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_PAGING_H_
