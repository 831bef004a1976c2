// An application: one pupil asks for one product in one term.
//
//   draft → submitted → (the place's own steps) → agreed → enrolled → withdrawn
//                  ↘ declined
//
// Which steps, and in which order, is data: pinned at submission, read by steps.h. One application is
// open per pupil, term and product (ENR-17); who was declined or has left may apply again in the same
// term (D-16, ENR-11). Order rule: ENR-09.
#ifndef AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_APPLICATION_H_
#define AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_APPLICATION_H_

#include <functional>
#include <string>
#include <string_view>

#include "afterbell/enrollment/v1/enrollment_commands.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "services/enrollment/domain/enrollment_state.pb.h"
#include "services/platform/decider/decider.h"

namespace afterbell::enrollment {

using v1::EnrollmentEvent;

// State.
// Of the school that asks: of another's nothing is known.
RowPtr<state::Application> ApplicationAt(const Situation& situation, std::string_view application_id);

// "SUBMITTED"
std::string StateName(const state::Application& application);

// Evolve.
void EvolveApplication(const Recorded& own, const EnrollmentEvent& event, StateRows rows);
// Another one in its place; of an application that is not there nothing follows.
void ChangeApplication(StateRows rows, std::string_view school_id, std::string_view application_id,
                       const std::function<void(state::Application&)>& change);
// It no longer stands in the way of another one.
void CloseApplication(StateRows rows, const state::Application& application);

// Decide.
Decision<EnrollmentEvent> DecideStartApplication(const Situation& s, const v1::StartApplication& command);
Decision<EnrollmentEvent> DecideSubmitApplication(const Situation& s, const v1::SubmitApplication& command);
Decision<EnrollmentEvent> DecideRedirectChoice(const Situation& s, const v1::RedirectChoice& command);
Decision<EnrollmentEvent> DecideDeclineApplication(const Situation& s, const v1::DeclineApplication& command);

}  // namespace afterbell::enrollment

#endif  // AFTERBELL_SERVICES_ENROLLMENT_DOMAIN_APPLICATION_H_
