#include "services/platform/log/archive/archive.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/text_format.h"

namespace afterbell::archive {
namespace {

constexpr char kManifest[] = "/archive.textproto";
constexpr int kLevel = 3;
// A frame with more than this is none of ours: a record of the greatest size, and its length.
constexpr size_t kFrameBytesMax = 64 << 20;

absl::Status Refused(const std::string& path) {
  const std::string what = path + ": " + std::string(absl::ErrnoToStatus(errno, "").message());
  return errno == ENOSPC || errno == EDQUOT ? absl::ResourceExhaustedError(what)
                                            : absl::UnavailableError(what);
}

absl::Status WriteAll(int file, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Refused(path);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

}  // namespace

PartitionId IdOf(const log::v1::ArchivedPartition& partition) {
  return {partition.service(), partition.partition()};
}

std::string FileOf(const PartitionId& id) { return absl::StrCat(id.service, "-", id.number, ".zst"); }

Chain ChainOf(const log::v1::ArchivedPartition& partition) {
  return Chain(
      IdOf(partition),
      {partition.index(), partition.hash(), partition.claim_index(), partition.offset(), partition.log_id()},
      {partition.record_offset(), partition.hash_before()});
}

absl::StatusOr<log::v1::Archive> ReadManifest(const std::string& directory) {
  const std::string path = directory + kManifest;
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(directory + " holds no archive (archive.textproto)");
  std::stringstream text;
  text << file.rdbuf();
  log::v1::Archive archive;
  if (!google::protobuf::TextFormat::ParseFromString(text.str(), &archive))
    return absl::DataLossError(path + ": not the text of an archive");
  return archive;
}

absl::Status WriteManifest(const std::string& directory, const log::v1::Archive& archive) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(archive, &text);
  const std::string path = directory + kManifest, next = path + ".next";
  const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Refused(next);
  absl::Status status = WriteAll(file, next, text);
  if (status.ok() && fdatasync(file) != 0) status = Refused(next);
  close(file);
  if (status.ok() && std::rename(next.c_str(), path.c_str()) != 0) status = Refused(path);
  if (!status.ok()) return status;
  // The new name, too, must be there after a power cut.
  const int folder = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Refused(directory);
  if (fsync(folder) != 0) status = Refused(directory);
  close(folder);
  return status;
}

absl::StatusOr<std::unique_ptr<BlockWriter>> BlockWriter::Open(const std::string& path, uint64_t bytes) {
  std::unique_ptr<BlockWriter> writer(new BlockWriter());
  writer->path_ = path;
  writer->bytes_ = bytes;
  writer->file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (writer->file_ < 0) return Refused(path);
  const off_t found = lseek(writer->file_, 0, SEEK_END);
  if (found < 0) return Refused(path);
  if (static_cast<uint64_t>(found) < bytes) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", found, " bytes, of which the manifest counts ", bytes));
  }
  const auto at = static_cast<off_t>(bytes);
  if (ftruncate(writer->file_, at) != 0 || lseek(writer->file_, at, SEEK_SET) != at) return Refused(path);
  return writer;
}

BlockWriter::~BlockWriter() {
  if (file_ >= 0) close(file_);
}

absl::Status BlockWriter::Add(std::string_view value) {
  uint8_t length[10];
  const uint8_t* const end =
      google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(value.size(), length);
  const auto size = static_cast<size_t>(end - length);
  if (!block_.empty() && block_.size() + size + value.size() > kBlockBytes) {
    if (absl::Status status = WriteBlock(); !status.ok()) return status;
  }
  block_.append(reinterpret_cast<const char*>(length), size).append(value);
  return absl::OkStatus();
}

absl::Status BlockWriter::WriteBlock() {
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(block_.size()), '\0');
  const size_t size = ZSTD_compress2(context.get(), frame.data(), frame.size(), block_.data(), block_.size());
  if (ZSTD_isError(size)) return absl::InternalError(absl::StrCat(path_, ": ", ZSTD_getErrorName(size)));
  frame.resize(size);
  if (absl::Status status = WriteAll(file_, path_, frame); !status.ok()) return status;
  bytes_ += size;
  block_.clear();
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> BlockWriter::Finish() {
  if (!block_.empty()) {
    if (absl::Status status = WriteBlock(); !status.ok()) return status;
  }
  if (fdatasync(file_) != 0) return Refused(path_);
  return bytes_;
}

absl::Status ReadRecords(const std::string& directory, const log::v1::ArchivedPartition& partition,
                         const std::function<absl::Status(std::string_view value)>& take) {
  const std::string path = directory + "/" + partition.file();
  std::ifstream file(path, std::ios::binary);
  const auto damaged = [&](uint64_t at, const std::string& what) {
    return absl::DataLossError(absl::StrCat(path, " at byte ", at, ": ", what));
  };
  if (!file) return absl::DataLossError(path + " is missing");
  std::string pressed;  // Read, and not taken yet.
  uint64_t taken = 0, read = 0;
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::string block;
  while (taken < partition.file_bytes()) {
    size_t frame = pressed.empty() ? 0 : ZSTD_findFrameCompressedSize(pressed.data(), pressed.size());
    if (pressed.empty() || ZSTD_isError(frame)) {
      const uint64_t wanted = std::min<uint64_t>(partition.file_bytes() - read, kBlockBytes);
      if (wanted == 0 || pressed.size() > kFrameBytesMax) return damaged(taken, "not a frame");
      const size_t before = pressed.size();
      pressed.resize(before + wanted);
      file.read(pressed.data() + before, static_cast<std::streamsize>(wanted));
      if (static_cast<uint64_t>(file.gcount()) != wanted)
        return damaged(read + file.gcount(),
                       absl::StrCat("it ends; the manifest counts ", partition.file_bytes()));
      read += wanted;
      continue;
    }
    const unsigned long long size = ZSTD_getFrameContentSize(pressed.data(), frame);
    if (size > kFrameBytesMax) return damaged(taken, "not a frame of an archive");
    block.resize(size);
    const size_t got = ZSTD_decompressDCtx(context.get(), block.data(), block.size(), pressed.data(), frame);
    if (ZSTD_isError(got) || got != size)
      return damaged(taken, ZSTD_isError(got) ? ZSTD_getErrorName(got) : "a frame of another size");
    pressed.erase(0, frame);
    google::protobuf::io::CodedInputStream records(reinterpret_cast<const uint8_t*>(block.data()),
                                                   static_cast<int>(block.size()));
    while (records.CurrentPosition() < static_cast<int>(block.size())) {
      uint64_t length = 0;
      if (!records.ReadVarint64(&length) || length > block.size() - records.CurrentPosition())
        return damaged(taken, "a record that goes beyond its frame");
      const std::string_view value(block.data() + records.CurrentPosition(), length);
      if (absl::Status status = take(value); !status.ok()) return status;
      records.Skip(static_cast<int>(length));
    }
    taken += frame;
  }
  return absl::OkStatus();
}

}  // namespace afterbell::archive
