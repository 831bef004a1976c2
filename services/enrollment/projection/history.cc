#include "services/enrollment/projection/history.h"

#include <string>
#include <vector>

#include "services/enrollment/domain/tables.h"
#include "services/enrollment/projection/tables.h"
#include "services/platform/decider/paging.h"

namespace afterbell::enrollment {
namespace {

using v1::EnrollmentEvent;

// Whose file an event belongs to, and what it says there.
struct Mention {
  std::string pupil_id;
  std::string term_id;
  std::string subject_id;
  std::vector<std::string> hashes;
};

class Mentions {
 public:
  Mentions(std::string_view school_id, QueryRows rows) : school_id_(school_id), rows_(rows) {}

  void OfApplication(const std::string& application_id, std::vector<std::string> hashes,
                     std::string subject = "") {
    const auto row = rows_.Get(kApplications, {school_id_, application_id});
    if (!row) return;
    Add(row->pupil_id(), row->term_id(), subject.empty() ? application_id : subject, std::move(hashes));
  }
  void OfAgreement(const std::string& agreement_id, std::vector<std::string> hashes) {
    const auto row = rows_.Get(kAgreements, {school_id_, agreement_id});
    if (row) OfApplication(row->application_id(), std::move(hashes), agreement_id);
  }
  void OfEnrollment(const std::string& enrollment_id, const std::string& subject) {
    const auto row = rows_.Get(kEnrollments, {school_id_, enrollment_id});
    if (row) Add(row->pupil_id(), row->term_id(), subject, {});
  }
  void Add(std::string pupil_id, std::string term_id, std::string subject, std::vector<std::string> hashes) {
    found_.push_back({std::move(pupil_id), std::move(term_id), std::move(subject), std::move(hashes)});
  }
  const std::vector<Mention>& found() const { return found_; }

 private:
  const std::string_view school_id_;
  const QueryRows rows_;
  std::vector<Mention> found_;
};

void MentionApplication(const EnrollmentEvent& event, Mentions* mentions) {
  switch (event.event_case()) {
    case EnrollmentEvent::kApplicationStarted: {
      const auto& started = event.application_started();
      mentions->Add(started.pupil_id(), started.term_id(), started.application_id(), {});
      break;
    }
    case EnrollmentEvent::kApplicationSubmitted: {
      std::vector<std::string> hashes;
      for (const auto& signature : event.application_submitted().signatures()) {
        hashes.push_back(signature.evidence_hash());
      }
      mentions->OfApplication(event.application_submitted().application_id(), std::move(hashes));
      break;
    }
    case EnrollmentEvent::kClassReviewPassed:
      mentions->OfApplication(event.class_review_passed().application_id(), {});
      break;
    case EnrollmentEvent::kSchoolReviewPassed:
      mentions->OfApplication(event.school_review_passed().application_id(), {});
      break;
    case EnrollmentEvent::kApplicationApproved:
      mentions->OfApplication(event.application_approved().application_id(), {});
      break;
    case EnrollmentEvent::kChoiceRedirected:
      mentions->OfApplication(event.choice_redirected().application_id(), {});
      break;
    case EnrollmentEvent::kApplicationDeclined:
      mentions->OfApplication(event.application_declined().application_id(),
                              {event.application_declined().evidence_hash()});
      break;
    case EnrollmentEvent::kApprovedListPosted:
      for (const std::string& id : event.approved_list_posted().application_ids()) {
        mentions->OfApplication(id, {event.approved_list_posted().evidence_hash()});
      }
      break;
    case EnrollmentEvent::kParticipantsReported:
      for (const std::string& id : event.participants_reported().application_ids()) {
        mentions->OfApplication(id, {event.participants_reported().evidence_hash()});
      }
      break;
    default:
      break;
  }
}

void MentionEnrollment(const EnrollmentEvent& event, Mentions* mentions) {
  switch (event.event_case()) {
    case EnrollmentEvent::kAgreementDrafted:
      mentions->OfAgreement(event.agreement_drafted().agreement_id(),
                            {event.agreement_drafted().text_hash()});
      break;
    case EnrollmentEvent::kAgreementSigned:
      mentions->OfAgreement(event.agreement_signed().agreement_id(),
                            {event.agreement_signed().text_hash(), event.agreement_signed().evidence_hash()});
      break;
    case EnrollmentEvent::kAgreementTookEffect:
      mentions->OfAgreement(event.agreement_took_effect().agreement_id(), {});
      break;
    case EnrollmentEvent::kAgreementEnded:
      mentions->OfAgreement(event.agreement_ended().agreement_id(), {});
      break;
    case EnrollmentEvent::kPupilEnrolled: {
      const auto& enrolled = event.pupil_enrolled();
      mentions->Add(enrolled.pupil_id(), enrolled.term_id(), enrolled.enrollment_id(), {});
      break;
    }
    case EnrollmentEvent::kPupilPlaced:
      mentions->OfEnrollment(event.pupil_placed().enrollment_id(), event.pupil_placed().group_id());
      break;
    case EnrollmentEvent::kPupilUnplaced:
      mentions->OfEnrollment(event.pupil_unplaced().enrollment_id(), event.pupil_unplaced().group_id());
      break;
    case EnrollmentEvent::kEnrollmentWithdrawn: {
      const auto& withdrawn = event.enrollment_withdrawn();
      mentions->Add(withdrawn.pupil_id(), withdrawn.term_id(), withdrawn.enrollment_id(), {});
      break;
    }
    default:
      break;
  }
}

std::string EventName(const EnrollmentEvent& event) {
  const auto* field =
      event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  return field == nullptr ? std::string() : field->name();
}

v1::HistoryEntry EntryOf(const Recorded& own, const std::string& event_name, const Mention& mention) {
  v1::HistoryEntry entry;
  *entry.mutable_record() = own.Id();
  entry.set_event(event_name);
  entry.set_role(own.commit.actor().role());
  entry.set_person_id(own.commit.actor().person_id());
  *entry.mutable_occur_time() = own.commit.occurred_at();
  *entry.mutable_record_time() = own.commit.recorded_at();
  entry.set_subject_id(mention.subject_id);
  for (const std::string& hash : mention.hashes) {
    if (!hash.empty()) entry.add_document_hashes(hash);
  }
  for (const auto& use : own.commit.policy()) {
    if (!use.value_id().empty()) entry.add_policy_value_ids(use.value_id());
  }
  return entry;
}

}  // namespace

void ProjectHistory(const Recorded& own, const EnrollmentEvent& event, ViewRows rows) {
  Mentions mentions(own.commit.school_id(), rows);
  MentionApplication(event, &mentions);
  MentionEnrollment(event, &mentions);
  const std::string name = EventName(event);
  for (const Mention& mention : mentions.found()) {
    rows.Put(kHistory,
             {own.commit.school_id(), mention.pupil_id, mention.term_id, key::Index(own.commit.index()),
              key::Word(name), mention.subject_id},
             EntryOf(own, name, mention));
  }
}

absl::StatusOr<v1::GetPupilTermHistoryAnswer> GetPupilTermHistory(
    const QueryRows& rows, const v1::GetPupilTermHistoryRequest& request) {
  v1::GetPupilTermHistoryAnswer answer;
  AFTERBELL_RETURN_IF_ERROR(
      ScanPage(rows, kHistory, Prefix(request.header().school_id(), request.pupil_id(), request.term_id()),
               request, request.header(), answer.mutable_page(), [&](const v1::HistoryEntry& entry) {
                 *answer.add_entries() = entry;
                 return true;
               }));
  return answer;
}

}  // namespace afterbell::enrollment
