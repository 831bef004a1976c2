// Declarations are true: what a consumer makes of another's events (rows by its intake, commands by its
// reactions) depends on the fields it declares and on no others, and a later build's events and fields do it
// no harm.
//
// A field counts by experiment (probe.h): some change of it changed a row or a command. Of an event that is
// kept whole every field does, so there the declared ones are those that rules read; tests/kit shows the
// rules no others. Not seen: what a view or a query alone reads of such a row, and words of an enum that a
// consumer tells apart.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/consumers/declared.h"
#include "services/attendance/attendance.h"
#include "services/billing/billing.h"
#include "services/enrollment/enrollment.h"
#include "services/inspection/inspection.h"
#include "services/registry/registry.h"
#include "services/staffing/staffing.h"
#include "tests/consumers/probe.h"

namespace afterbell::consumers {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

const std::vector<Consumer>& Consumers() {
  static const registry::RegistryService registry;
  static const enrollment::EnrollmentService enrollment;
  static const attendance::AttendanceService attendance;
  static const staffing::StaffingService staffing;
  static const billing::BillingService billing;
  static const inspection::InspectionService inspection;
  static const auto* const kConsumers = new std::vector<Consumer>{
      ConsumerOf(registry), ConsumerOf(enrollment), ConsumerOf(attendance), ConsumerOf(staffing),
      ConsumerOf(billing),  ConsumerOf(inspection), CommonsConsumer(),
  };
  return *kConsumers;
}

// The field at the end of a path, and its lines: those of the messages it lies in first.
std::string LinesOf(const Descriptor* type, const std::string& path) {
  std::string lines;
  for (size_t end = 0; end != std::string::npos;) {
    const size_t begin = end == 0 ? 0 : end + 1;
    end = path.find('.', begin);
    const FieldDescriptor* field = type->FindFieldByName(path.substr(begin, end - begin));
    lines += "  " + LineOf(path.substr(0, end), field) + "\n";
    type = field->message_type();
  }
  return lines;
}

class Intake : public ::testing::TestWithParam<std::tuple<Consumer, Producer>> {
 protected:
  const Consumer& consumer() const { return std::get<0>(GetParam()); }
  const Producer& producer() const { return std::get<1>(GetParam()); }
  Declared Declaration() const {
    const auto declared = Declared::Load(producer().name, consumer().name);
    EXPECT_TRUE(declared.ok()) << declared.status();
    return declared.value_or(Declared());
  }
  template <class Visit>
  void ForEachEvent(const Visit& visit) const {
    const auto* oneof = producer().event->GetDescriptor()->oneof_decl(0);
    for (int i = 0; i < oneof->field_count(); ++i) visit(oneof->field(i));
  }
};

TEST_P(Intake, DependsOnWhatItDeclares) {
  const Declared declared = Declaration();
  const Probe probe(consumer(), producer());
  ForEachEvent([&](const FieldDescriptor* member) {
    const Dependence found = probe.Of(member);
    const Event* event = declared.Find(member->name());
    const std::string where = consumer().name + " and " + member->name() + " of " + producer().name +
                              " (proto/afterbell/" + producer().name + "/v1/consumers/" + consumer().name +
                              ".textproto): ";
    EXPECT_EQ(event != nullptr && event->kept_whole(), found.unknown) << where << "is it kept whole?";
    const std::set<std::string> paths = declared.FieldsOf(member->name());
    for (const std::string& field : found.unknown ? found.told : found.fields) {
      if (paths.count(field) != 0) continue;
      ADD_FAILURE() << where << field << " is read; declare\n" << LinesOf(member->message_type(), field);
    }
    for (const std::string& path : paths) {
      const auto within = found.fields.lower_bound(path);
      const bool is_read =
          within != found.fields.end() && (*within == path || within->rfind(path + ".", 0) == 0);
      EXPECT_TRUE(is_read) << where << path << " is declared, and nothing depends on it";
    }
    EXPECT_TRUE(event == nullptr || !paths.empty() || found.unknown)
        << where << "is declared, and nothing of it is read";
  });
}

TEST_P(Intake, IgnoresEventsOfALaterBuild) {
  EXPECT_TRUE(Probe(consumer(), producer()).IgnoresAnEventNobodyKnows());
}

TEST_P(Intake, BearsFieldsOfALaterBuild) {
  const Probe probe(consumer(), producer());
  ForEachEvent([&](const FieldDescriptor* member) {
    EXPECT_TRUE(probe.BearsAFieldNobodyKnows(member)) << member->name();
  });
}

std::vector<std::tuple<Consumer, Producer>> Pairs() {
  std::vector<std::tuple<Consumer, Producer>> pairs;
  for (const Consumer& consumer : Consumers()) {
    for (const Producer& producer : Producers()) {
      if (consumer.name != producer.name) pairs.emplace_back(consumer, producer);
    }
  }
  return pairs;
}

INSTANTIATE_TEST_SUITE_P(, Intake, ::testing::ValuesIn(Pairs()), [](const auto& info) {
  return std::get<0>(info.param).name + "_of_" + std::get<1>(info.param).name;
});

}  // namespace
}  // namespace afterbell::consumers
