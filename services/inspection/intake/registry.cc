#include "services/inspection/intake/registry.h"

#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/inspection/domain/tables.h"
#include "services/platform/decider/service.h"

namespace afterbell::inspection {

bool FoldsRegistry(int event) { return event == registry::v1::RegistryEvent::kPostAssigned; }

void FoldRegistry(const Recorded& foreign, FactRows rows) {
  ForEachEventOf<registry::v1::RegistryEvent>(foreign, [&](const registry::v1::RegistryEvent& event) {
    if (!event.has_post_assigned()) return;
    const registry::v1::PostAssigned& post = event.post_assigned();
    rows.Put(kPosts, {foreign.commit.school_id(), post.person_id(), post.post_id()}, post);
  });
}

}  // namespace afterbell::inspection
