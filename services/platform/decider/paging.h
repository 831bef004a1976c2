// Pages of a list query: a scan of rows, cut into pages. A page token pins the place and the arguments; with
// other arguments it is refused.
//
// A page is read on the turn of its partition, where commands wait meanwhile. So it also ends, with fewer
// rows than were asked for and a token, when it has walked kRowsPerPageMax rows, of which it takes only some,
// or has taken longer than kPageMicrosMax.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_PAGING_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_PAGING_H_

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "afterbell/log/v1/call.pb.h"
#include "google/protobuf/message.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/decider/rows.h"

namespace afterbell {

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 500;
inline constexpr int kRowsPerPageMax = 2000;
inline constexpr int kPageMicrosMax = 1000;

// Where a page begins, and when it is full.
class Page {
 public:
  // `request` is the whole request: a token is good for equal arguments only (its header apart).
  // INVALID_ARGUMENT for a negative size or a token that does not fit.
  static absl::StatusOr<Page> Begin(const google::protobuf::Message& request,
                                    const log::v1::QueryHeader& header);

  const std::string& from() const { return from_; }  // The text of a key; empty: the first.

  // Whether the row goes to the next page; then the token says so.
  bool EndsBefore(std::string_view key, log::v1::QueryAnswer* answer);
  void Take() { ++taken_; }

 private:
  bool IsLong();

  std::string digest_, from_;
  int size_ = 0, taken_ = 0, walked_ = 0;
  std::chrono::steady_clock::time_point begun_;
};

// Walks the rows with that prefix in order of key, from where the request's page token says, and calls
// `visit` for each (as RowsOf::Scan does) until it has returned true (the row is on the page) page_size
// times, or the page has become long. Fills answer->next_page_token when rows remain.
template <AnyTable T, PrefixFor<T> P, class Visit>
absl::Status ScanPage(const QueryRows& rows, const T& table, const P& prefix,
                      const google::protobuf::Message& request, const log::v1::QueryHeader& header,
                      log::v1::QueryAnswer* answer, const Visit& visit) {
  AFTERBELL_ASSIGN_OR_RETURN(Page page, Page::Begin(request, header));
  rows.ScanFromText(table, prefix, page.from(), [&](std::string_view key, const AnyRow& row) {
    if (page.EndsBefore(key, answer)) return false;
    if (QueryRows::Call<T>(visit, key, row)) page.Take();
    return true;
  });
  return absl::OkStatus();
}

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_PAGING_H_
