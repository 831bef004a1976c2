// Whether a message that was just serialised can be parsed again, told without parsing it.
//
// What protobuf writes it reads, with one exception: it writes a text of any bytes and reads only UTF-8. So
// it is enough to look at the texts.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_READABLE_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_READABLE_H_

#include <string_view>

#include "google/protobuf/descriptor.h"

namespace afterbell {

// True: `bytes`, which a message of this type was serialised to, parse. False: they have to be parsed to
// know, because some text in them is not ASCII or a field is not known.
bool SurelyReads(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_READABLE_H_
