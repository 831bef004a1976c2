#include "services/platform/decider/key.h"

#include <charconv>

namespace afterbell {

void KeyText::AppendLarge(std::string_view part) {
  if (large_.empty()) large_.assign(small_, size_);
  large_.append(part);
}

}  // namespace afterbell

namespace afterbell::key {
namespace {

constexpr size_t kIndexDigits = 20;

template <class Value>
Value ValueOf(std::string_view part) {
  Value value = 0;
  std::from_chars(part.data(), part.data() + part.size(), value);
  return value;
}

template <class Value>
void AppendValue(Value value, size_t width, KeyText* key) {
  char digits[kIndexDigits + 1];
  const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  for (size_t size = end - digits; size < width; ++size) key->Append('0');
  key->Append(std::string_view(digits, end - digits));
}

}  // namespace

Index::Read Index::Parse(std::string_view part) { return ValueOf<uint64_t>(part); }
void Index::AppendTo(KeyText* key) const { AppendValue(index, kIndexDigits, key); }

Number::Read Number::Parse(std::string_view part) { return ValueOf<int64_t>(part); }
void Number::AppendTo(KeyText* key) const { AppendValue(number, 0, key); }

}  // namespace afterbell::key
