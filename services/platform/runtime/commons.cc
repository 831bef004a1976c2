#include "services/platform/runtime/commons.h"

#include <algorithm>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "services/platform/reference/reference.h"

namespace afterbell {
namespace {

constexpr size_t kReadRecords = 4096;
constexpr size_t kReadBytes = 4 << 20;

}  // namespace

// Writes rows as versions of the index being folded.
class Commons::Writer : public RowSink {
 public:
  Writer(Commons* commons, uint64_t index) : commons_(commons), index_(index) {}

  AnyRow Find(const TableInfo& table, std::string_view key) const override {
    return commons_->FindNewest(table, key);
  }
  void Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const override {
    const auto rows = commons_->tables_.find(&table);
    if (rows == commons_->tables_.end()) return;
    const Commons::Rows& of = rows->second.rows;
    for (auto at = of.lower_bound(range.first()); at != of.end() && range.Holds(at->first); ++at) {
      const AnyRow row = at->second.back().row;
      if (row != nullptr && !visit(at->first, row)) return;
    }
  }
  void Set(const TableInfo& table, std::string_view key, AnyRow row) override {
    OfTable& of = commons_->tables_[&table];
    if (of.changes.empty() || of.changes.back() != index_) of.changes.push_back(index_);
    Commons::Rows& rows = of.rows;
    auto at = rows.find(key);
    if (at == rows.end()) at = rows.emplace(std::string(key), Versions()).first;
    Versions& versions = at->second;
    if (!versions.empty() && versions.back().index == index_) {
      versions.back().row = std::move(row);
    } else {
      versions.push_back({index_, std::move(row)});
    }
  }

 private:
  Commons* commons_;
  const uint64_t index_;
};

Commons::Commons(std::shared_ptr<LogPartition> log, uint32_t level_max)
    : service_(log->id().service), level_max_(level_max), log_(std::move(log)), chain_(log_->id()) {}

absl::Status Commons::CatchUp(std::chrono::milliseconds fetch_at_most) {
  {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    if (!failed_.ok() || chain_.at().offset >= log_->End()) return failed_;
  }
  std::unique_lock<std::shared_mutex> lock(mutex_);
  while (failed_.ok() && chain_.at().offset < log_->End()) {
    absl::StatusOr<LogBatch> batch =
        fetch_at_most.count() == 0
            ? log_->Read(chain_.at().offset, kReadRecords, kReadBytes)
            : ReadWaiting(*log_, chain_.at().offset, kReadRecords, kReadBytes, fetch_at_most);
    if (!batch.ok()) return failed_ = batch.status();
    if (batch->records.empty()) break;  // On their way here: the log will say that it has grown.
    for (const LogBatch::Entry& entry : batch->records) {
      auto record = std::make_shared<log::v1::Record>();
      if (!record->ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size()))) {
        return failed_ = absl::DataLossError(
                   absl::StrCat(ToString(log_->id()), " at ", entry.offset, ": no record"));
      }
      const Verdict verdict = chain_.Offer(*record, entry.value, entry.offset);
      if (verdict == Verdict::kDiverged) return failed_ = absl::DataLossError(chain_.divergence());
      if (verdict == Verdict::kVoid) continue;
      commits_.resize(chain_.at().index);
      if (!record->has_commit()) continue;
      const std::shared_ptr<const log::v1::Commit> commit(record, &record->commit());
      if (commit->level_raised().level() > level_max_) {
        return failed_ = absl::FailedPreconditionError(
                   absl::StrCat("level ", commit->level_raised().level(), " was raised by ",
                                ToString(log_->id()), " record ", commit->index(), "; this build knows ",
                                level_max_, " at most: a newer one is needed"));
      }
      commits_.back() = commit;
      Writer writer(this, commit->index());
      reference::FoldCommons(Recorded{*commit, service_, 0}, writer);
    }
    chain_.set_offset(batch->next_offset);
  }
  return failed_;
}

uint64_t Commons::index() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return chain_.at().index;
}

uint64_t Commons::offset() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return chain_.at().offset;
}

std::string Commons::log_id() const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return chain_.at().log_id;
}

std::shared_ptr<const log::v1::Commit> Commons::At(uint64_t index) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  return index == 0 || index > commits_.size() ? nullptr : commits_[index - 1];
}

AnyRow Commons::Newest(const Versions& versions, uint64_t as_of) {
  const auto after =
      std::upper_bound(versions.begin(), versions.end(), as_of,
                       [](uint64_t index, const Version& version) { return index < version.index; });
  return after == versions.begin() ? nullptr : std::prev(after)->row;
}

AnyRow Commons::FindNewest(const TableInfo& table, std::string_view key) const {
  const auto rows = tables_.find(&table);
  if (rows == tables_.end()) return nullptr;
  const auto at = rows->second.rows.find(key);
  return at == rows->second.rows.end() ? nullptr : at->second.back().row;
}

uint64_t Commons::VersionOf(const TableInfo& table, uint64_t as_of) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto of = tables_.find(&table);
  if (of == tables_.end()) return 0;
  const std::vector<uint64_t>& changes = of->second.changes;
  const auto after = std::upper_bound(changes.begin(), changes.end(), as_of);
  return after == changes.begin() ? 0 : *std::prev(after);
}

AnyRow Commons::Find(const TableInfo& table, std::string_view key, uint64_t as_of) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto rows = tables_.find(&table);
  if (rows == tables_.end()) return nullptr;
  const auto at = rows->second.rows.find(key);
  return at == rows->second.rows.end() ? nullptr : Newest(at->second, as_of);
}

void Commons::Walk(const TableInfo& table, const KeyRange& range, uint64_t as_of,
                   RowSource::AnyVisitor visit) const {
  // Visited without the lock: a visitor may read other rows.
  std::vector<std::pair<std::string, AnyRow>> found;
  {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    const auto rows = tables_.find(&table);
    if (rows == tables_.end()) return;
    const Rows& of = rows->second.rows;
    for (auto at = of.lower_bound(range.first()); at != of.end() && range.Holds(at->first); ++at) {
      if (AnyRow row = Newest(at->second, as_of)) found.emplace_back(at->first, std::move(row));
    }
  }
  for (const auto& [key, row] : found) {
    if (!visit(key, row)) return;
  }
}

// Null: nobody's.
CommonsRows::Kept* CommonsRows::Of(const TableInfo& table) const {
  const auto [at, added] = kept_.try_emplace(&table);
  Kept& kept = at->second;
  if (added) {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& each) {
      return table.name.substr(0, each.prefix.size()) == each.prefix;
    });
    kept.entry = entry - entries_.begin();
  }
  if (kept.entry == entries_.size()) return nullptr;
  const Entry& entry = entries_[kept.entry];
  if (added || kept.as_of != entry.as_of) {
    kept.as_of = entry.as_of;
    const uint64_t version = entry.commons->VersionOf(table, entry.as_of);
    if (version != kept.version) kept.rows.clear();
    kept.version = version;
  }
  return &kept;
}

uint64_t CommonsRows::VersionOf(const TableInfo& table) const {
  const Kept* kept = Of(table);
  return kept == nullptr ? 0 : kept->version;
}

void CommonsRows::SetAsOf(std::string_view service, uint64_t index) {
  for (Entry& entry : entries_) {
    if (entry.commons->service() == service) entry.as_of = index;
  }
}

uint64_t CommonsRows::as_of(std::string_view service) const {
  for (const Entry& entry : entries_) {
    if (entry.commons->service() == service) return entry.as_of;
  }
  return 0;
}

AnyRow CommonsRows::Find(const TableInfo& table, std::string_view key) const {
  Kept* const kept = Of(table);
  if (kept == nullptr) return nullptr;
  const absl::string_view text(key.data(), key.size());
  if (const auto found = kept->rows.find(text); found != kept->rows.end()) return found->second;
  const Entry& entry = entries_[kept->entry];
  AnyRow row = entry.commons->Find(table, key, entry.as_of);
  // Counted here alone: partitions on other cores hold the same row.
  if (row != nullptr) {
    const auto* const message = row.get();
    row = AnyRow(std::make_shared<const AnyRow>(std::move(row)), message);
  }
  if (kept->rows.size() >= kKeptMax) kept->rows.clear();
  kept->rows.emplace(text, row);
  return row;
}

void CommonsRows::Walk(const TableInfo& table, const KeyRange& range, AnyVisitor visit) const {
  const Kept* const kept = Of(table);
  if (kept == nullptr) return;
  const Entry& entry = entries_[kept->entry];
  entry.commons->Walk(table, range, entry.as_of, visit);
}

}  // namespace afterbell
