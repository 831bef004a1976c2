// The chain of steps of an application, as data.
//
// p:approval_steps is a list of words, pinned when the application is submitted (ENR-09). A word says
// which command takes the step:
//
//   class_review, class_receipt                          ReviewAtClass
//   school_review, school_approval, school_carries_out   ReviewAtSchool
//   committee_and_school_review                          ReviewAtSchool twice: once by the parents'
//                                                        committee, once by the school, in either order
//   principal_approval                                   ApproveApplication
//   public_notice                                        PostApprovedList
//   bureau_report                                        ReportParticipants
//   agreement                                            marks where the agreement stands
//   notice, choice                                       done when the application is there
//   arrangement, regroup, staffing                       done with the enrolled: placing, staffing
//
// The reading of the last two lines: the seeds print as one chain what lies before, in and after the
// application. What lies before it is taken by submitting. What needs an enrolled pupil (PlacePupil,
// a staffed session) comes after the agreement by nature, wherever it is printed, and never holds it
// up: Wanzhou's "class review, arrangement" is agreed after class review. Where the chain names no
// agreement it stands after the last step that people take on the application (D-03).
//
// A step printed after the agreement waits for it, save the public notice: ENR-14 wants the list
// posted before anybody signs, so a notice is never held up by the agreement it must precede.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_STEPS_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_STEPS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/enrollment/domain/enrollment_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

// Who takes a step.
enum class Act {
  kBefore,  // Taken by submitting.
  kClass,
  kSchool,
  kCommitteeAndSchool,
  kPrincipal,
  kNotice,
  kReport,
  kAgreement,  // No step of its own: a mark.
  kAfter,      // Of the enrolled.
};

// Nothing for a word that names no step.
std::optional<Act> ActOf(std::string_view step);

// A word of the chain that nobody can take, as an error about the parameter; else OK.
absl::Status CheckSteps(const std::vector<std::string>& steps);

// Where in the chain the application stands: the first step that people have still to take and may
// take now, or nothing: all are taken, or the next one waits for the agreement.
std::optional<int> NextStep(const state::Application& application);

// Its word, or "agreement" where that is what is waited for, or "" when nothing is.
std::string AwaitedWord(const state::Application& application);

// Every step before the agreement is taken, the public notice apart: the agreement may be drafted.
bool MayDraftAgreement(const state::Application& application);

// The chain has a step of that act.
bool Asks(const state::Application& application, Act act);
// And all of them are taken.
bool AllTaken(const state::Application& application, Act act);

// Somebody of the parents' committee, which acts as the school where the place says so (C-25).
bool IsCommittee(std::string_view role);

// This side (committee or school) has had its say in a step of two parties.
bool SideTaken(const state::Application& application, int place, bool committee);

// The person has taken a step of that act.
bool TookStep(const state::Application& application, Act act, std::string_view person_id);

// ENR-09: who took the step before may not take the next, and who applied takes none.
bool IsSamePerson(const state::Application& application, std::string_view person_id);

// Evolve: the step of that act that is next becomes taken by the record's actor. Folding the record
// again changes nothing.
void TakeStep(const Recorded& own, Act act, state::Application* application);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_STEPS_H_
