#include "services/inspection/domain/detectors.h"

namespace afterbell::inspection {

const std::vector<Detector>& Detectors() {
  static const auto* const kDetectors = new std::vector<Detector>{
      {"unreviewed_entry", 1, DetectUnreviewedEntry},
      {"barred_adult", 1, DetectBarredAdult},
      {"unposted_charge", 1, DetectUnpostedCharge},
  };
  return *kDetectors;
}

const Detector* FindDetector(std::string_view name) {
  for (const Detector& detector : Detectors()) {
    if (detector.name == name) return &detector;
  }
  return nullptr;
}

}  // namespace afterbell::inspection
