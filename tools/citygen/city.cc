#include "tools/citygen/city.h"

#include <algorithm>

#include "services/platform/base/time.h"
#include "tools/citygen/world.h"

namespace afterbell::citygen {
namespace {

void EmitSchool(World& world, const Moment& moment, School& school) {
  if (moment.step < Step::kClaim) return EmitSetup(world, moment, school);
  if (moment.step < Step::kPlanWeek) return EmitEnrolling(world, moment, school);
  if (moment.step < Step::kAbsences) return EmitWeek(world, moment, school);
  if (moment.step < Step::kPostNotice) return EmitDay(world, moment, school);
  EmitMoney(world, moment, school);
}

}  // namespace

// Walks days, their moments, and the schools of each moment. Moments of the same time lie in
// different districts, so their calls may share a phase.
class City::Stream {
 public:
  explicit Stream(const CityOptions& options) : world_(options), date_(FirstDay(world_.calendar)) {
    world_.answers.seed = options.seed;
    for (const DistrictTown& d : world_.town.districts) {
      world_.answers.districts.emplace_back();
      world_.answers.districts.back().district_id = d.district->id;
    }
    StartDay();
  }

  const Answers& answers() const { return world_.answers; }

  bool Next(Phase* phase) {
    while (moment_ < moments_.size() || NextDay()) {
      phase->Clear();
      world_.writer.Open(phase);
      const Moment& first = moments_[moment_];
      const bool speaks = first.step == Step::kPolicy || first.step == Step::kEnd;
      phase->set_label(NameOf(first.step));
      Fill(first.at);
      if (phase->calls().empty() && !speaks) continue;
      last_at_ = std::max(first.at, last_at_ + kMicrosPerSecond);
      *phase->mutable_at() = TimestampOf(last_at_);
      ++world_.answers.phases;
      return true;
    }
    return false;
  }

 private:
  // The next day on which anything is to be done.
  bool NextDay() {
    while (date_ != world_.calendar.LastDay()) {
      date_ = AddDays(date_, 1);
      StartDay();
      if (!moments_.empty()) return true;
    }
    return false;
  }

  void StartDay() {
    const int month = world_.calendar.MonthIndex(date_);
    if (month >= 0 && date_ == FirstOfMonth(MonthOf(date_))) ForgetHours(month);
    moments_ = MomentsOf(date_, world_.calendar, world_.town, world_.planted);
    moment_ = 0;
    place_ = 0;
  }

  // The month's place still holds the hours of the month before last, which are paid for.
  void ForgetHours(int month) {
    for (School& school : world_.town.schools) {
      for (Pupil& pupil : school.pupils) pupil.class_hours[month % 2] = 0;
    }
  }

  // Goes on with the moments of that time until they are over or the phase is full enough.
  void Fill(Micros at) {
    while (moment_ < moments_.size() && moments_[moment_].at == at &&
           world_.writer.calls() < kPhaseCallsFill) {
      // The next district or school of the moment, if there is one.
      if (!EmitPlace(moments_[moment_], place_++)) {
        ++moment_;
        place_ = 0;
      }
    }
  }

  bool EmitPlace(const Moment& moment, size_t place) {
    switch (LevelOf(moment.step)) {
      case Level::kCity:
        if (place > 0) return false;
        EmitCity(world_, moment);
        return true;
      case Level::kDistrict:
        if (place >= world_.town.districts.size()) return false;
        EmitDistrict(world_, moment, world_.town.districts[place]);
        return true;
      case Level::kSchool:
        break;
    }
    if (place >= world_.town.schools.size()) return false;
    School& school = world_.town.schools[place];
    if (moment.town < 0 || moment.town == school.town) EmitSchool(world_, moment, school);
    return true;
  }

  World world_;
  std::string date_;
  std::vector<Moment> moments_;
  size_t moment_ = 0;
  size_t place_ = 0;
  Micros last_at_ = 0;
};

std::string Problem(const CityOptions& options) {
  if (options.pupils_per_school < 1 || options.pupils_per_school > kPupilsPerSchoolMax) {
    return "pupils_per_school: 1 to " + std::to_string(kPupilsPerSchoolMax);
  }
  if (options.schools_per_district < 1) return "schools_per_district: at least 1";
  if (options.districts.empty()) return "districts: at least one";
  for (const std::string& id : options.districts) {
    if (FindDistrict(id) == nullptr) return "districts: jilin, wanzhou, xiji";
    if (std::count(options.districts.begin(), options.districts.end(), id) > 1) return "districts: each once";
  }
  if (!IsDate(options.first_on) || !IsDate(options.last_on) || options.first_on > options.last_on) {
    return "first_on, last_on: dates in order";
  }
  return "";
}

City::City(const CityOptions& options) {
  if (Problem(options).empty()) stream_ = std::make_unique<Stream>(options);
}

City::~City() = default;

bool City::NextPhase(Phase* phase) { return stream_ != nullptr && stream_->Next(phase); }

const Answers& City::answers() const {
  static const Answers* const kNone = new Answers;
  return stream_ == nullptr ? *kNone : stream_->answers();
}

}  // namespace afterbell::citygen
