// How many adults a session has and how many are asked for. Four conditions, each on its own (C-11):
//
//   min_staff_per_session        STF-05  teachers and auxiliary staff
//   pupils_per_auxiliary         STF-06  one auxiliary for so many pupils or part of them, where the
//                                        school is short of teachers (D-09)
//   teachers_per_group           STF-07  teachers
//   min_parents_per_class_club   STF-08  parent volunteers, in class clubs
//
// A condition no parameter sets is not asked. What was found is recorded when one turns, and refuses
// nothing. Kinds of adults follow their duty's role; one without a duty counts by the role told at the
// check-in.
//
// A check-in is frequent and policy is not cheap to read, so the number of pupils leads here only where
// it can turn something: with the first pupil, the last, and a step of p:pupils_per_auxiliary.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_RATIO_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_RATIO_H_

#include <optional>
#include <string>

#include "services/attendance/domain/session.h"

namespace afterbell::attendance {

// What the command being decided changes and the rows do not say yet.
struct AdultChange {
  std::string person_id;
  std::string role;
  bool in = false;
};

void Evolve(const Recorded& own, const v1::RatioAssessed& assessed, StateRows rows);

// By the duties assigned, for the pupils placed.
void AssessPlanned(const Situation& s, const state::Session& session, Events* events);
// By the adults who are in, while a pupil is in.
void AssessAdults(const Situation& s, const state::Session& session, const std::optional<AdultChange>& change,
                  Events* events);
// The number of pupils goes from one to the other.
void AssessPupils(const Situation& s, const state::Session& session, const state::Tally& tally, int from,
                  int to, Events* events);

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_RATIO_H_
