#include "services/platform/log/parse.h"

#include <string>

namespace afterbell {

bool ParseAgain(std::string_view bytes, log::v1::Record* record) {
  // Nearly every record is a Commit, and a Commit keeps what it has only within its record.
  const bool keeps = record->has_commit() && record->GetReflection()->GetUnknownFields(*record).empty();
  if (keeps) {
    record->mutable_commit()->Clear();
  } else {
    record->Clear();
  }
  // Only a string can be parsed into a message that keeps what it has.
  thread_local std::string copy;
  copy.assign(bytes);
  if (!record->MergeFromString(copy)) return false;
  // A body that this build does not know leaves the Commit of the record before.
  if (keeps && record->has_commit() && record->commit().index() == 0 && record->commit().ByteSizeLong() == 0)
    record->clear_commit();
  return true;
}

}  // namespace afterbell
