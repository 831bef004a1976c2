// Which entities an event is about: the index of history.
//
// An entity is whatever an event names in a field of one of the words below, at any depth, so a new event
// is in the history of what it names and nothing has to be listed twice:
//
//   session_id "sessions/…"   pupil_id "pupils/…"   person_id "people/…"   account_id "accounts/…"
//   application_id "applications/…"   duty_id "duties/…"   case_id "cases/…"
//
// Pure.
#ifndef AFTERBELL_SERVICES_PLATFORM_DECIDER_ENTITIES_H_
#define AFTERBELL_SERVICES_PLATFORM_DECIDER_ENTITIES_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

namespace afterbell {

// Adds the entities a message names, as often as it does.
void CollectEntities(const google::protobuf::Message& message, std::vector<std::string>* entities);

// Whether a text is an entity of a kind that is kept: "sessions/s1".
bool IsEntity(std::string_view text);

// "sessions/… pupils/…", for people.
std::string EntityKinds();

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_DECIDER_ENTITIES_H_
