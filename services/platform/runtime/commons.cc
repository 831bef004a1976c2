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
class Commons::Writer : public MutableRows {
 public:
  Writer(Commons* commons, uint64_t index) : commons_(commons), index_(index) {}

  std::optional<std::string> GetBytes(std::string_view key) const override {
    const auto versions = commons_->rows_.find(key);
    if (versions == commons_->rows_.end()) return std::nullopt;
    return versions->second.back().value;
  }
  void ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const override {
    for (auto row = commons_->rows_.lower_bound(from > prefix ? from : prefix);
         row != commons_->rows_.end() && row->first.compare(0, prefix.size(), prefix) == 0; ++row) {
      const std::optional<std::string>& value = row->second.back().value;
      if (value && !visit(row->first, *value)) return;
    }
  }
  void PutBytes(std::string_view key, std::string bytes) override { Set(key, std::move(bytes)); }
  void Erase(std::string_view key) override { Set(key, std::nullopt); }

 private:
  void Set(std::string_view key, std::optional<std::string> value) {
    auto row = commons_->rows_.find(key);
    if (row == commons_->rows_.end()) row = commons_->rows_.emplace(std::string(key), Versions()).first;
    if (!row->second.empty() && row->second.back().index == index_) {
      row->second.back().value = std::move(value);
    } else {
      row->second.push_back({index_, std::move(value)});
    }
  }

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

const Commons::Version* Commons::Newest(const Versions& versions, uint64_t as_of) {
  const auto after =
      std::upper_bound(versions.begin(), versions.end(), as_of,
                       [](uint64_t index, const Version& version) { return index < version.index; });
  return after == versions.begin() ? nullptr : &*std::prev(after);
}

std::optional<std::string> Commons::GetBytes(std::string_view key, uint64_t as_of) const {
  std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto versions = rows_.find(key);
  if (versions == rows_.end()) return std::nullopt;
  const Version* version = Newest(versions->second, as_of);
  return version == nullptr ? std::nullopt : version->value;
}

void Commons::ScanBytes(std::string_view prefix, std::string_view from, uint64_t as_of,
                        const Rows::Visitor& visit) const {
  // Visited without the lock: a visitor may read other rows.
  std::vector<std::pair<std::string, std::string>> found;
  {
    std::shared_lock<std::shared_mutex> lock(mutex_);
    for (auto row = rows_.lower_bound(from > prefix ? from : prefix);
         row != rows_.end() && row->first.compare(0, prefix.size(), prefix) == 0; ++row) {
      const Version* version = Newest(row->second, as_of);
      if (version != nullptr && version->value) found.emplace_back(row->first, *version->value);
    }
  }
  for (const auto& [key, value] : found) {
    if (!visit(key, value)) return;
  }
}

const CommonsRows::Entry* CommonsRows::Of(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (key.substr(0, entry.prefix.size()) == entry.prefix) return &entry;
  }
  return nullptr;
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

std::optional<std::string> CommonsRows::GetBytes(std::string_view key) const {
  const Entry* entry = Of(key);
  return entry == nullptr ? std::nullopt : entry->commons->GetBytes(key, entry->as_of);
}

void CommonsRows::ScanBytes(std::string_view prefix, std::string_view from, const Visitor& visit) const {
  const Entry* entry = Of(prefix);
  if (entry != nullptr) entry->commons->ScanBytes(prefix, from, entry->as_of, visit);
}

}  // namespace afterbell
