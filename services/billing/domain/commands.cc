#include "services/billing/domain/commands.h"

namespace afterbell::billing {

const std::vector<CommandInfo>& Commands() {
  // Whoever policy may name as collector can ask; whether it does, is a rule's to say (BIL-08).
  static const std::vector<std::string_view> collectors = {"school_accountant",    "principal",
                                                           "school_leading_group", "academic_affairs_office",
                                                           "parents_committee",    "third_party_institution"};
  static const std::vector<CommandInfo> commands = {
      {"post_fee_notice", Where::kSchool, {"school_accountant"}},
      {"withdraw_fee_notice", Where::kSchool, {"school_accountant"}},
      {"assess_charge", Where::kSchool, {}},
      {"issue_charge", Where::kSchool, collectors},
      {"record_payment", Where::kSchool, collectors},
      {"grant_waiver", Where::kSchool, {"principal"}},
  };
  return commands;
}

}  // namespace afterbell::billing
