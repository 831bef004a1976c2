// afterbell policy: load instruments into a city, show what a file says, count what is covered.
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "afterbell/registry/v1/registry_commands.pb.h"
#include "services/platform/base/random_id.h"
#include "services/platform/policy/coverage.h"
#include "services/platform/policy/loader.h"
#include "tools/afterbell/client.h"
#include "tools/afterbell/commands.h"

namespace afterbell {
namespace {

struct PolicyFlags {
  std::string folder = "infra/policy";
  std::string cells = "docs/policy-cells.tsv";
  std::string address = "127.0.0.1:7400";
  std::string file;
};

int Load(const PolicyFlags& flags) {
  auto instruments = policy::LoadDirectory(flags.folder);
  if (!instruments.ok()) return Failed(instruments.status());
  Client client(flags.address);
  const Caller caller{"platform_operator", "operator", "cn"};
  for (const policy::v1::Instrument& instrument : *instruments) {
    registry::v1::PublishInstrument publish;
    *publish.mutable_instrument() = instrument;
    log::v1::CommandHeader header;
    header.set_request_id(RandomUuid());
    const CallResult result = client.Call(MethodOf("registry", "publish_instrument"), caller,
                                          RequestOf(header, publish.SerializeAsString()));
    std::printf("%-28s %s\n", instrument.issuer().c_str(),
                result.ok() ? "published" : result.message.c_str());
    if (!result.ok()) return kExitFailed;
  }
  return kExitDone;
}

int Show(const PolicyFlags& flags) {
  auto instrument = policy::LoadInstrument(flags.file);
  if (!instrument.ok()) return Failed(instrument.status());
  std::printf("%s", instrument->DebugString().c_str());
  return kExitDone;
}

int Coverage(const PolicyFlags& flags) {
  auto instruments = policy::LoadDirectory(flags.folder);
  if (!instruments.ok()) return Failed(instruments.status());
  std::ifstream file(flags.cells);
  if (!file) return Failed(absl::NotFoundError("no file " + flags.cells));
  std::stringstream text;
  text << file.rdbuf();
  auto cells = policy::ParseCells(text.str());
  if (!cells.ok()) return Failed(cells.status());
  auto coverage = policy::CoverageOf(*cells, *instruments);
  if (!coverage.ok()) return Failed(coverage.status());
  std::printf("%s", policy::ToText(*coverage).c_str());
  return kExitDone;
}

}  // namespace

void AddPolicy(CLI::App* app, int* exit_code) {
  auto flags = std::make_shared<PolicyFlags>();
  CLI::App* policy = app->add_subcommand("policy", "Policy instruments: dated data, never code");
  policy->require_subcommand(1);
  CLI::App* load = policy->add_subcommand("load", "Publish every instrument of a folder in a running city");
  load->add_option("--folder", flags->folder)->capture_default_str();
  load->add_option("--address", flags->address, "Of the registry")->capture_default_str();
  load->callback([flags, exit_code] { *exit_code = Load(*flags); });
  CLI::App* show = policy->add_subcommand("show", "Check one instrument and print it as it was understood");
  show->add_option("file", flags->file)->required();
  show->callback([flags, exit_code] { *exit_code = Show(*flags); });
  CLI::App* coverage =
      policy->add_subcommand("coverage", "Cells of the sources that are loaded, and keys nothing reads yet");
  coverage->add_option("--folder", flags->folder)->capture_default_str();
  coverage->add_option("--cells", flags->cells)->capture_default_str();
  coverage->callback([flags, exit_code] { *exit_code = Coverage(*flags); });
}

}  // namespace afterbell
