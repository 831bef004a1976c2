// The rows of attendance's rules: state that follows from its own events, and facts of others that intake/
// folds.
//
// The hot path of the city is a check-in and a release. Each reads and writes one small row of kPresences,
// kOpenPresences and kTallies, and reads the session's. Presences are kept by date first: a school's day is
// one range, in memory while it is that day and let go afterwards. They also answer a guardian's question and
// a class teacher's: no view repeats them. The month's class-hours, asked for once, are found by kCame, which
// a check-in writes and never reads. One row of kPlacements says who may come, for it knows of withdrawals
// too.
//
// A partition holds many schools, and a pupil or an adult may be known at two of them. So every key begins
// with the school; a range is what one command reads of it.
#ifndef AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_TABLES_H_
#define AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_TABLES_H_

#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "afterbell/staffing/v1/staffing_events.pb.h"
#include "services/attendance/domain/attendance_state.pb.h"
#include "services/platform/decider/table.h"

namespace afterbell::attendance {

// ---- state

inline constexpr StateTable<state::Session, key::Id, key::Id> kSessions{"s/session", "school/session",
                                                                        Point()};
// A group's session of that date.
inline constexpr StateTable<state::GroupSession, key::Id, key::Id, key::Date, key::Word> kGroupSessions{
    "s/group", "school/group/date/period", Ranged(2)};
inline constexpr StateTable<v1::SessionStaffed, key::Id, key::Id> kStaffings{"s/staffing", "school/session",
                                                                             Point()};
// Entries left out: they stay in the log.
inline constexpr StateTable<v1::CareLogSigned, key::Id, key::Id> kCareLogs{"s/care_log", "school/session",
                                                                           Point()};

// Written with each check-in, so it lies apart from the session.
inline constexpr StateTable<state::Tally, key::Id, key::Id> kTallies{"s/tally", "school/session", Point()};
inline constexpr StateTable<state::Presence, key::Id, key::Date, key::Id, key::Id> kPresences{
    "s/presence", "school/date/pupil/session", Ranged(2)};
// The sessions a pupil came to.
inline constexpr StateTable<Mark, key::Id, key::Id, key::Date, key::Id> kCame{
    "s/came", "school/pupil/date/session", Ranged(2)};
// There while the pupil is in: one at a time (D-04).
inline constexpr StateTable<state::OpenPresence, key::Id, key::Id> kOpenPresences{"s/in", "school/pupil",
                                                                                  Ranged(1)};

// The latest.
inline constexpr StateTable<v1::RollCalled, key::Id, key::Id> kRolls{"s/roll", "school/session", Point()};
inline constexpr StateTable<v1::NonParticipantRecorded, key::Id, key::Date, key::Id> kNonParticipants{
    "s/non_participant", "school/date/pupil", Point()};
inline constexpr StateTable<state::Notices, key::Id, key::Id, key::Date> kNotices{
    "s/notice", "school/pupil/date", Point()};

inline constexpr StateTable<state::Adult, key::Id, key::Id> kAdults{"s/adult", "school/person", Point()};
inline constexpr StateTable<state::SessionAdult, key::Id, key::Id, key::Id> kSessionAdults{
    "s/session_adult", "school/session/person", Ranged(2)};
// The latest.
inline constexpr StateTable<v1::RatioAssessed, key::Id, key::Id, key::Number> kRatios{
    "s/ratio", "school/session/phase", Point()};
// Of a pupil or a group, the latest.
inline constexpr StateTable<v1::ClassHoursCounted, key::Id, key::Id, key::Month> kClassHours{
    "s/class_hours", "school/subject/month", Point()};

// ---- facts

inline constexpr FactTable<enrollment::v1::CareGroupFormed, key::Id, key::Id> kGroups{
    "f/enrollment/group", "school/group", Point()};
inline constexpr FactTable<enrollment::v1::ProjectDesigned, key::Id, key::Id> kProjects{
    "f/enrollment/project", "school/project", Point()};
inline constexpr FactTable<state::Placement, key::Id, key::Id, key::Id> kPlacements{
    "f/enrollment/placed", "school/group/pupil", Ranged(2)};
inline constexpr FactTable<state::Enrolled, key::Id, key::Id, key::Id> kEnrollments{
    "f/enrollment/enrolled", "school/pupil/enrollment", Ranged(2)};
inline constexpr FactTable<Mark, key::Id, key::Id, key::Id> kPupilsOfClass{"f/enrollment/class",
                                                                           "school/class/pupil", Ranged(2)};
// For its pupil: an end names the agreement alone.
inline constexpr FactTable<state::Agreement, key::Id, key::Id> kAgreements{"f/enrollment/agreement",
                                                                           "school/agreement", Point()};
inline constexpr FactTable<state::Agreement, key::Id, key::Id, key::Id> kAgreementsOf{
    "f/enrollment/agreement_of", "school/pupil/agreement", Ranged(2)};

inline constexpr FactTable<registry::v1::GuardianshipRecorded, key::Id, key::Id, key::Id> kGuardianships{
    "f/registry/guardian", "school/pupil/guardian", Point()};
// On site; those off campus are in the commons.
inline constexpr FactTable<registry::v1::VenueRegistered, key::Id, key::Id> kVenues{"f/registry/venue",
                                                                                    "school/venue", Point()};

inline constexpr FactTable<staffing::v1::DutyAssigned, key::Id, key::Id, key::Id> kDuties{
    "f/staffing/duty", "school/session/duty", Ranged(2)};
// By when they begin.
inline constexpr FactTable<staffing::v1::DutyAssigned, key::Id, key::Id, key::Instant, key::Id> kDutiesOf{
    "f/staffing/duty_of", "school/person/from/duty", Ranged(2)};

inline TableList DomainTables() {
  return {&kSessions,      &kGroupSessions, &kStaffings,  &kCareLogs,        &kTallies,       &kPresences,
          &kCame,          &kOpenPresences, &kRolls,      &kNonParticipants, &kNotices,       &kAdults,
          &kSessionAdults, &kRatios,        &kClassHours, &kGroups,          &kProjects,      &kPlacements,
          &kEnrollments,   &kPupilsOfClass, &kAgreements, &kAgreementsOf,    &kGuardianships, &kVenues,
          &kDuties,        &kDutiesOf};
}

}  // namespace afterbell::attendance

#endif  // AFTERBELL_SERVICES_ATTENDANCE_DOMAIN_TABLES_H_
