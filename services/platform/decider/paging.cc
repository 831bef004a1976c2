#include "services/platform/decider/paging.h"

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "services/platform/base/ids.h"
#include "services/platform/decider/decider.h"

namespace afterbell {
namespace {

constexpr size_t kDigestBytes = 8;

// Of everything but the header, whose page token and position differ from page to page.
std::string ArgumentsDigest(const google::protobuf::Message& request) {
  std::unique_ptr<google::protobuf::Message> arguments(request.New());
  arguments->CopyFrom(request);
  const auto* header = arguments->GetDescriptor()->FindFieldByName("header");
  if (header != nullptr) arguments->GetReflection()->ClearField(arguments.get(), header);
  return Sha256(request.GetTypeName() + '\0' + arguments->SerializeAsString()).substr(0, kDigestBytes);
}

}  // namespace

absl::Status ScanPage(const Rows& rows, std::string_view prefix, const google::protobuf::Message& request,
                      const log::v1::QueryHeader& header, log::v1::QueryAnswer* answer,
                      const std::function<bool(std::string_view, std::string_view)>& visit) {
  if (header.page_size() < 0)
    return InvalidField("header.page_size", std::to_string(header.page_size()), "0 to 500");
  const int size = header.page_size() == 0 ? kPageSizeDefault : std::min(header.page_size(), kPageSizeMax);
  std::string from;
  const std::string digest = ArgumentsDigest(request);
  if (!header.page_token().empty()) {
    std::string token;
    if (!absl::WebSafeBase64Unescape(header.page_token(), &token) || token.size() < kDigestBytes ||
        token.substr(0, kDigestBytes) != digest) {
      return InvalidField("header.page_token", header.page_token(),
                          "a token of this query with these arguments");
    }
    from = token.substr(kDigestBytes);
  }
  int taken = 0;
  rows.ScanBytes(prefix, from, [&](std::string_view key, std::string_view bytes) {
    if (taken == size) {
      answer->set_next_page_token(absl::WebSafeBase64Escape(digest + std::string(key)));
      return false;
    }
    if (visit(key, bytes)) ++taken;
    return true;
  });
  return absl::OkStatus();
}

}  // namespace afterbell
