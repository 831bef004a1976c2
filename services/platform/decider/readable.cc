#include "services/platform/decider/readable.h"

#include <algorithm>
#include <cstdint>

#include "google/protobuf/io/coded_stream.h"

namespace afterbell {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::io::CodedInputStream;

// The lowest three bits of a tag: how the value behind it is written.
enum Wire : uint32_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

bool ReadDelimited(CodedInputStream* in, std::string_view* value) {
  uint32_t size = 0;
  const void* at = nullptr;
  int left = 0;
  if (!in->ReadVarint32(&size)) return false;
  *value = {};
  if (size == 0) return true;
  if (!in->GetDirectBufferPointer(&at, &left) || static_cast<uint32_t>(left) < size) return false;
  *value = {static_cast<const char*>(at), size};
  return in->Skip(static_cast<int>(size));
}

}  // namespace

bool SurelyReads(const google::protobuf::Descriptor& type, std::string_view bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  while (const uint32_t tag = in.ReadTag()) {
    const FieldDescriptor* const field = type.FindFieldByNumber(static_cast<int>(tag >> 3));
    if (field == nullptr) return false;
    uint64_t number = 0;
    uint32_t half = 0;
    std::string_view value;
    switch (tag & 7) {
      case kVarint:
        if (!in.ReadVarint64(&number)) return false;
        break;
      case kFixed64:
        if (!in.ReadLittleEndian64(&number)) return false;
        break;
      case kFixed32:
        if (!in.ReadLittleEndian32(&half)) return false;
        break;
      case kDelimited:
        if (!ReadDelimited(&in, &value)) return false;
        if (field->type() == FieldDescriptor::TYPE_STRING && !IsAscii(value)) return false;
        if (field->type() == FieldDescriptor::TYPE_MESSAGE && !SurelyReads(*field->message_type(), value))
          return false;
        break;
      default:
        return false;
    }
  }
  return in.ConsumedEntireMessage();
}

}  // namespace afterbell
