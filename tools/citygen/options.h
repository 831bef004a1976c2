// What a synthetic city is made from. The same options give the same bytes on every machine.
#ifndef AFTERBELL_TOOLS_CITYGEN_OPTIONS_H_
#define AFTERBELL_TOOLS_CITYGEN_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace afterbell::citygen {

// Values of policy that a district's fee standard names; only who published the instruments knows
// their ids.
struct FeeValueIds {
  std::string district_id;
  std::vector<std::string> value_ids;
};

struct CityOptions {
  uint64_t seed = 1;
  // Of these: "jilin", "wanzhou", "xiji".
  std::vector<std::string> districts = {"jilin", "wanzhou", "xiji"};
  int schools_per_district = 2;
  int pupils_per_school = 400;  // 1 to kPupilsPerSchoolMax.

  std::string term_code = "2026-autumn";
  std::string first_on = "2026-09-01";
  std::string last_on = "2027-01-15";

  bool violations = true;  // Things that must be refused or found.
  bool repeats = true;     // The same command, and the same request, asked again.

  // A district that is not named here announces a standard that names no values.
  std::vector<FeeValueIds> fee_value_ids;
};

inline constexpr int kPupilsPerSchoolMax = 2400;
inline constexpr int kPupilsPerClassMax = 40;
// A phase is filled with whole schools until it has this many calls,
inline constexpr int kPhaseCallsFill = 1500;
// so it never has more than this.
inline constexpr int kPhaseCallsMax = kPhaseCallsFill + 3 * kPupilsPerSchoolMax;

}  // namespace afterbell::citygen

#endif  // AFTERBELL_TOOLS_CITYGEN_OPTIONS_H_
