// Is this value one that its key may have? Against the table of keys (keys.h), apart from files
// and their places, so that the registry asks the same of an instrument that comes as a command.
//
// Pure; safe from any thread.
#ifndef AFTERBELL_SERVICES_PLATFORM_POLICY_CHECK_H_
#define AFTERBELL_SERVICES_PLATFORM_POLICY_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "afterbell/policy/v1/policy.pb.h"
#include "services/platform/policy/keys.h"

namespace afterbell::policy {

// What is wrong with a value and where in it: the entry and the word counted from 0, -1 where it
// is not about one.
struct ValueComplaint {
  std::string text;  // "choice 'weekly', expected month or term"
  int entry = -1;
  bool in_name = false;  // About the entry's name.
  int word = -1;
};

// Everything that is wrong; empty: the value is good.
std::vector<ValueComplaint> CheckValue(const KeyInfo& key, const v1::Value& value);

// What is wrong with the unit, or nothing.
std::string CheckUnit(const KeyInfo& key, const v1::Value& value, std::string_view unit);

// "a, b or c", of a list of the table.
std::string OneOf(std::string_view list);

// The id of a value: derived from instrument, key, scope and the day it begins.
std::string ValueIdOf(const v1::ParameterValue& value);

}  // namespace afterbell::policy

#endif  // AFTERBELL_SERVICES_PLATFORM_POLICY_CHECK_H_
