#include "services/platform/decider/paging.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "services/platform/base/ids.h"
#include "services/platform/decider/decider.h"

namespace afterbell {
namespace {

constexpr size_t kDigestBytes = 8;
// Rows walked between two looks at the clock.
constexpr int kRowsPerLook = 64;

// Of everything but the header, whose page token and position differ from page to page.
std::string ArgumentsDigest(const google::protobuf::Message& request) {
  std::unique_ptr<google::protobuf::Message> arguments(request.New());
  arguments->CopyFrom(request);
  const auto* header = arguments->GetDescriptor()->FindFieldByName("header");
  if (header != nullptr) arguments->GetReflection()->ClearField(arguments.get(), header);
  return Sha256(request.GetTypeName() + '\0' + arguments->SerializeAsString()).substr(0, kDigestBytes);
}

}  // namespace

absl::StatusOr<Page> Page::Begin(const google::protobuf::Message& request,
                                 const log::v1::QueryHeader& header) {
  if (header.page_size() < 0)
    return InvalidField("header.page_size", std::to_string(header.page_size()), "0 to 500");
  Page page;
  page.size_ = header.page_size() == 0 ? kPageSizeDefault : std::min(header.page_size(), kPageSizeMax);
  page.digest_ = ArgumentsDigest(request);
  if (header.page_token().empty()) return page;
  std::string token;
  if (!absl::WebSafeBase64Unescape(header.page_token(), &token) || token.size() < kDigestBytes ||
      token.substr(0, kDigestBytes) != page.digest_) {
    return InvalidField("header.page_token", header.page_token(),
                        "a token of this query with these arguments");
  }
  page.from_ = token.substr(kDigestBytes);
  return page;
}

bool Page::IsLong() {
  if (walked_ == 0) begun_ = std::chrono::steady_clock::now();
  if (walked_ >= kRowsPerPageMax) return true;
  // Few rows are always walked: a thread that was kept from running has not read a long page.
  return ++walked_ % kRowsPerLook == 0 &&
         std::chrono::steady_clock::now() - begun_ > std::chrono::microseconds(kPageMicrosMax);
}

bool Page::EndsBefore(std::string_view key, log::v1::QueryAnswer* answer) {
  if (taken_ < size_ && !IsLong()) return false;
  answer->set_next_page_token(absl::WebSafeBase64Escape(digest_ + std::string(key)));
  return true;
}

}  // namespace afterbell
