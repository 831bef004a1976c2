#include "services/platform/base/random_id.h"

#include <sys/random.h>

#include <cstdio>
#include <cstdlib>

#include "services/platform/base/ids.h"

namespace afterbell {
namespace {

std::string RandomBytes16() {
  std::string bytes(16, '\0');
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  return bytes;
}

}  // namespace

std::string RandomId() { return IdOfBytes(RandomBytes16()); }

std::string RandomUuid() {
  std::string bytes = RandomBytes16();
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned char>(bytes[i]));
    text += hex;
  }
  return text;
}

}  // namespace afterbell
