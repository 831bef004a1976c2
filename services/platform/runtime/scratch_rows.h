// Rows laid over others: what one command of a reaction decides, for the next one. Dropped when all are
// decided.
#ifndef AFTERBELL_SERVICES_PLATFORM_RUNTIME_SCRATCH_ROWS_H_
#define AFTERBELL_SERVICES_PLATFORM_RUNTIME_SCRATCH_ROWS_H_

#include <map>
#include <string>

#include "services/platform/decider/rows.h"

namespace afterbell {

class ScratchRows final : public RowSink {
 public:
  explicit ScratchRows(const RowSource& under) : under_(under) {}

  AnyRow Find(const TableInfo& table, std::string_view key) const override;
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override;
  void Set(const TableInfo& table, std::string_view key, AnyRow row) override {
    over_[&table][std::string(key)] = std::move(row);
  }

 private:
  const RowSource& under_;
  std::map<const TableInfo*, std::map<std::string, AnyRow, std::less<>>> over_;  // Null: cleared.
};

}  // namespace afterbell

#endif  // AFTERBELL_SERVICES_PLATFORM_RUNTIME_SCRATCH_ROWS_H_
