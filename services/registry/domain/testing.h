// Words of the registry's tests: the kit for one partition, events and commands as text, and a
// small town to stand on.
#ifndef AFTERBELL_SERVICES_REGISTRY_DOMAIN_TESTING_H_
#define AFTERBELL_SERVICES_REGISTRY_DOMAIN_TESTING_H_

#include <string>

#include "services/platform/base/ids.h"
#include "services/registry/registry.h"
#include "tests/kit/kit.h"

namespace afterbell::registry {

inline const RegistryService& TheRegistry() {
  static const RegistryService* const kService = new RegistryService();
  return *kService;
}

class RegistryKit : public kit::Kit<v1::RegistryCommand, v1::RegistryEvent> {
 public:
  explicit RegistryKit(std::string school_id) : Kit(TheRegistry(), std::move(school_id)) {}
};

inline v1::RegistryCommand Command(const std::string& text) { return kit::Parse<v1::RegistryCommand>(text); }
inline v1::RegistryEvent Event(const std::string& text) { return kit::Parse<v1::RegistryEvent>(text); }

// A nation with a province, two districts in it and a township in the first; school s1 in d1.
inline std::vector<v1::RegistryEvent> Town() {
  const auto area = [](const std::string& id, const std::string& level, const std::string& parent) {
    return Event("district_registered { district_id: '" + id + "' code: '" + id + "' level: '" + level +
                 "' parent_id: '" + parent + "' time_zone: 'Asia/Shanghai' }");
  };
  return {
      area("cn", "nation", ""),
      area("p1", "province", "cn"),
      area("d1", "district", "p1"),
      area("d2", "district", "p1"),
      area("t1", "township", "d1"),
      Event("school_registered { school_id: 's1' district_id: 'd1' code: 'S1' stages: 'primary' grades: '1' "
            "grades: '2' nature: 'public' effective_on: '2020-09-01' }")};
}

inline std::string AutumnId() { return DerivedId("term", {"d1", "2026-autumn"}); }
inline v1::RegistryEvent Autumn() {
  return Event("term_opened { term_id: '" + AutumnId() +
               "' scope_id: 'd1' code: '2026-autumn' first_on: '2026-09-01' last_on: '2027-01-15' }");
}

// Partition 0, with the town.
inline RegistryKit Commons() {
  RegistryKit kit("");
  kit.GivenAll(Town());
  return kit;
}

// The partition of school s1, the town known to it from the commons.
inline RegistryKit AtSchool() {
  RegistryKit kit("s1");
  for (const v1::RegistryEvent& event : Town()) kit.GivenCommons(event);
  return kit;
}

}  // namespace afterbell::registry

#endif  // AFTERBELL_SERVICES_REGISTRY_DOMAIN_TESTING_H_
