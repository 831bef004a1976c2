#include "tools/afterbell/summary.h"

#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "afterbell/attendance/v1/attendance_events.pb.h"
#include "afterbell/billing/v1/billing_events.pb.h"
#include "afterbell/enrollment/v1/enrollment_events.pb.h"
#include "afterbell/inspection/v1/inspection_events.pb.h"
#include "afterbell/registry/v1/registry_events.pb.h"
#include "services/platform/decider/service.h"

namespace afterbell {
namespace {

using attendance::v1::AttendanceEvent;
using Districts = std::map<std::string, DistrictSummary>;

// The records of one partition number, added up by district.
class Adder {
 public:
  void Visit(const Recorded& recorded) {
    if (recorded.partition == 0) return;  // Schools alone; the commons come once for every number.
    DistrictSummary& district = districts_[recorded.commit.district_id()];
    if (recorded.commit.has_refusal()) {
      ++district.refusals[recorded.commit.refusal().rule() + " " + recorded.commit.refusal().reason()];
    }
    if (recorded.service == "attendance") {
      ForEachEventOf<AttendanceEvent>(
          recorded, [&](const AttendanceEvent& event) { Attend(recorded, event, &district); });
    } else if (recorded.service == "enrollment") {
      ForEachEventOf<enrollment::v1::EnrollmentEvent>(
          recorded, [&](const enrollment::v1::EnrollmentEvent& event) {
            if (event.has_pupil_enrolled()) district.pupils.insert(event.pupil_enrolled().pupil_id());
          });
    } else if (recorded.service == "billing") {
      ForEachEventOf<billing::v1::BillingEvent>(
          recorded, [&](const billing::v1::BillingEvent& event) { Bill(event, &district); });
    } else if (recorded.service == "inspection") {
      ForEachEventOf<inspection::v1::InspectionEvent>(
          recorded, [&](const inspection::v1::InspectionEvent& event) {
            if (!event.has_violation_suspected()) return;
            const auto& codes = event.violation_suspected().codes();
            ++district.suspicions[absl::StrJoin(codes, "+")];
          });
    }
  }

  const Districts& districts() const { return districts_; }

 private:
  void Attend(const Recorded& recorded, const AttendanceEvent& event, DistrictSummary* district) {
    switch (event.event_case()) {
      case AttendanceEvent::kSessionPlanned:
        ends_[event.session_planned().session_id()] = MicrosOf(event.session_planned().end_at());
        break;
      case AttendanceEvent::kPupilCheckedIn:
        ++district->check_ins;
        break;
      case AttendanceEvent::kPupilAbsent:
        if (event.pupil_absent().notified()) ++district->absences_notified;
        break;
      case AttendanceEvent::kPupilAbsentUnexplained:
        ++district->absences_unexplained;
        break;
      case AttendanceEvent::kPupilReleased: {
        ++district->released;
        const auto end = ends_.find(event.pupil_released().session_id());
        if (end != ends_.end() && recorded.occurred_at() > end->second + kLateMinutes * kMicrosPerMinute) {
          ++district->late_releases;
        }
        break;
      }
      case AttendanceEvent::kPupilLeftEarly:
        ++district->released;
        break;
      case AttendanceEvent::kSessionClosed:
        if (event.session_closed().held()) ++district->sessions_held;
        ends_.erase(event.session_closed().session_id());
        break;
      default:
        break;
    }
  }

  static void Bill(const billing::v1::BillingEvent& event, DistrictSummary* district) {
    if (event.has_charge_assessed()) {
      ++district->charges;
      district->gross_fen += event.charge_assessed().gross_fen();
      district->cap_removed_fen += event.charge_assessed().cap_removed_fen();
      district->waiver_fen += event.charge_assessed().waiver_fen();
      district->net_fen += event.charge_assessed().net_fen();
    } else if (event.has_payment_received()) {
      ++district->payments;
      district->paid_fen += event.payment_received().amount_fen();
    }
  }

  Districts districts_;
  std::map<std::string, Micros> ends_;  // Of sessions not closed yet.
};

void AddTo(DistrictSummary* total, const DistrictSummary& part) {
  total->pupils.insert(part.pupils.begin(), part.pupils.end());
  total->sessions_held += part.sessions_held;
  total->check_ins += part.check_ins;
  total->absences_notified += part.absences_notified;
  total->absences_unexplained += part.absences_unexplained;
  total->released += part.released;
  total->late_releases += part.late_releases;
  total->charges += part.charges;
  total->gross_fen += part.gross_fen;
  total->cap_removed_fen += part.cap_removed_fen;
  total->waiver_fen += part.waiver_fen;
  total->net_fen += part.net_fen;
  total->payments += part.payments;
  total->paid_fen += part.paid_fen;
  for (const auto& [rule, count] : part.refusals) total->refusals[rule] += count;
  for (const auto& [code, count] : part.suspicions) total->suspicions[code] += count;
}

// Columns a terminal shows of a text: CJK characters take two.
size_t Width(const std::string& text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = text[i];
    if ((c & 0xc0) == 0x80) continue;
    width += c >= 0xe0 ? 2 : 1;
  }
  return width;
}

std::string Padded(const std::string& text, size_t width, bool right) {
  const size_t has = Width(text);
  const std::string pad(has < width ? width - has : 0, ' ');
  return right ? pad + text : text + pad;
}

std::string Grouped(int64_t number) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(at, ",");
  return (number < 0 ? "-" : "") + digits;
}

}  // namespace

std::string Yuan(int64_t fen) {
  const int64_t positive = fen < 0 ? -fen : fen;
  const std::string cents = std::to_string(100 + positive % 100).substr(1);
  return (fen < 0 ? "-" : "") + Grouped(positive / 100) + "." + cents;
}

absl::StatusOr<Districts> Summarise(const replay::History& history) {
  std::mutex mutex;
  std::vector<std::shared_ptr<Adder>> adders;
  const absl::Status folded = history.FoldAll({}, [&](uint32_t) -> replay::History::Visit {
    auto adder = std::make_shared<Adder>();
    {
      std::lock_guard<std::mutex> lock(mutex);
      adders.push_back(adder);
    }
    return [adder](const Recorded& recorded) { adder->Visit(recorded); };
  });
  if (!folded.ok()) return folded;
  Districts total;
  const absl::Status commons = history.FoldNumber(0, {"registry"}, [&](const Recorded& recorded) {
    ForEachEventOf<registry::v1::RegistryEvent>(recorded, [&](const registry::v1::RegistryEvent& event) {
      if (event.has_school_registered()) ++total[event.school_registered().district_id()].schools;
    });
  });
  if (!commons.ok()) return commons;
  for (const auto& adder : adders) {
    for (const auto& [district, part] : adder->districts()) {
      if (!district.empty()) AddTo(&total[district], part);
    }
  }
  return total;
}

std::string ToText(const Districts& districts) {
  struct Line {
    const char* zh;
    const char* en;
    std::function<std::string(const DistrictSummary&)> value;
  };
  const auto count = [](auto member) {
    return [member](const DistrictSummary& d) { return Grouped(d.*member); };
  };
  const auto money = [](auto member) {
    return [member](const DistrictSummary& d) { return Yuan(d.*member); };
  };
  const std::vector<Line> lines = {
      {"学校", "schools", count(&DistrictSummary::schools)},
      {"参加学生", "pupils enrolled",
       [](const DistrictSummary& d) { return Grouped(static_cast<int64_t>(d.pupils.size())); }},
      {"开展场次", "sessions held", count(&DistrictSummary::sessions_held)},
      {"签到", "check-ins", count(&DistrictSummary::check_ins)},
      {"请假", "absences notified", count(&DistrictSummary::absences_notified)},
      {"无故缺席", "absences unexplained", count(&DistrictSummary::absences_unexplained)},
      {"离校交接", "released", count(&DistrictSummary::released)},
      {"晚接", "late releases", count(&DistrictSummary::late_releases)},
      {"收费项", "charges", count(&DistrictSummary::charges)},
      {"应收(元)", "gross yuan", money(&DistrictSummary::gross_fen)},
      {"封顶减去", "removed by the cap", money(&DistrictSummary::cap_removed_fen)},
      {"减免", "waived", money(&DistrictSummary::waiver_fen)},
      {"实应收", "net", money(&DistrictSummary::net_fen)},
      {"已缴", "paid", money(&DistrictSummary::paid_fen)},
      {"未缴", "owed", [](const DistrictSummary& d) { return Yuan(d.owed_fen()); }},
  };
  constexpr size_t kLabel = 34, kColumn = 16;
  std::string text = Padded("", kLabel, false);
  for (const auto& [id, district] : districts) text += Padded(id, kColumn, true);
  text += "\n";
  for (const Line& line : lines) {
    text += Padded(absl::StrCat(line.zh, "  ", line.en), kLabel, false);
    for (const auto& [id, district] : districts) text += Padded(line.value(district), kColumn, true);
    text += "\n";
  }
  const auto list = [&](const char* heading, auto member) {
    text += std::string(heading) + "\n";
    for (const auto& [id, district] : districts) {
      for (const auto& [name, number] : district.*member) {
        text += "  " + Padded(id, 10, false) + Padded(name, 44, false) + Grouped(number) + "\n";
      }
    }
  };
  list("拒绝(按规则)  refusals by rule", &DistrictSummary::refusals);
  list("疑似违规  suspicions", &DistrictSummary::suspicions);
  return text;
}

std::string ToJson(const Districts& districts) {
  nlohmann::ordered_json json;
  for (const auto& [id, district] : districts) {
    auto& one = json[id];
    one["schools"] = district.schools;
    one["pupils"] = district.pupils.size();
    one["sessions_held"] = district.sessions_held;
    one["check_ins"] = district.check_ins;
    one["absences_notified"] = district.absences_notified;
    one["absences_unexplained"] = district.absences_unexplained;
    one["released"] = district.released;
    one["late_releases"] = district.late_releases;
    one["charges"] = district.charges;
    one["gross_fen"] = district.gross_fen;
    one["cap_removed_fen"] = district.cap_removed_fen;
    one["waiver_fen"] = district.waiver_fen;
    one["net_fen"] = district.net_fen;
    one["payments"] = district.payments;
    one["paid_fen"] = district.paid_fen;
    one["owed_fen"] = district.owed_fen();
    one["refusals"] = district.refusals;
    one["suspicions"] = district.suspicions;
  }
  return json.dump(2);
}

}  // namespace afterbell
