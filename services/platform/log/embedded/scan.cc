#include "services/platform/log/embedded/scan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace afterbell::embedded {
namespace {

absl::Status BadFrame(std::string_view what, uint64_t position) {
  return absl::DataLossError(
      absl::StrCat(absl::string_view(what.data(), what.size()), " at byte ", position));
}

}  // namespace

FramesEnd FindEnd(std::string_view bytes, uint64_t base, uint64_t salt) {
  FramesEnd result{.end = base, .durable = base};
  for (;;) {
    const std::optional<Frame> frame = DecodeFrame(bytes.substr(result.end - base), result.end, salt);
    if (!frame) return result;
    // A frame cannot know more than what lies before it.
    if (frame->durable_below > result.end) return result;
    result.durable = std::max(result.durable, frame->durable_below);
    if (frame->kind == FrameKind::kMark) {
      result.marked = true;
      return result;
    }
    result.end += frame->bytes;
  }
}

Tail ExamineTail(std::string_view bytes, uint64_t base, uint64_t salt, const FramesEnd& end) {
  Tail tail;
  const uint64_t from = end.end - base;
  uint64_t at = from + (end.marked ? kMarkBytes : 0);
  for (; at + 8 <= bytes.size(); at += kAlignment) {
    // A frame's first eight bytes are its checksum and may be zero, so both words are looked at.
    const bool zero = Load<uint64_t>(&bytes[at]) == 0;
    if (!zero) tail.garbage_bytes = at + 8 - from;
    if (zero && (at + 16 > bytes.size() || Load<uint64_t>(&bytes[at + 8]) == 0)) continue;
    const std::string_view rest = bytes.substr(at);
    if (MayBeFrameAbove(rest, end.end) && DecodeFrame(rest, base + at, salt)) {
      tail.witness = base + at;
      return tail;
    }
  }
  // A file cut within a word.
  for (; at < bytes.size(); ++at) {
    if (bytes[at] != '\0') tail.garbage_bytes = at + 1 - from;
  }
  return tail;
}

absl::Status ReadContent(std::string_view bytes, uint64_t base, uint64_t limit, uint64_t salt,
                         SegmentContent* content) {
  uint64_t position = base;
  while (position < limit) {
    if (position - base > bytes.size()) return BadFrame("the file ends", base + bytes.size());
    const std::string_view rest = bytes.substr(position - base);
    const std::optional<Frame> frame = DecodeFrame(rest, position, salt);
    if (!frame) return BadFrame("damaged frame", position);
    if (position + frame->bytes > limit) return BadFrame("a frame beyond the end", position);
    switch (frame->kind) {
      case FrameKind::kMark:
        return BadFrame("a mark among records", position);
      case FrameKind::kPartition: {
        std::optional<PartitionDeclaration> declaration = DecodeDeclaration(frame->payload);
        if (!declaration || frame->partition != content->size() + 1) {
          return BadFrame("bad declaration of a partition", position);
        }
        content->push_back({std::move(declaration->id), declaration->first_offset, {}});
        break;
      }
      case FrameKind::kRecord:
        if (frame->partition == 0 || frame->partition > content->size()) {
          return BadFrame("a record of an undeclared partition", position);
        }
        (*content)[frame->partition - 1].positions.push_back(position / kAlignment);
        break;
    }
    position += frame->bytes;
  }
  return absl::OkStatus();
}

}  // namespace afterbell::embedded
