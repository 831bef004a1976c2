// The tenant is the caller's: what a query leaves out is filled in, what it claims is held against it.
#include "services/platform/rpc/tenant.h"

#include "afterbell/inspection/v1/inspection_queries.pb.h"
#include "afterbell/registry/v1/registry_queries.pb.h"
#include "gtest/gtest.h"
#include "services/platform/decider/rows.h"
#include "services/platform/reference/reference.h"

namespace afterbell {
namespace {

const Caller kGuardian{"guardian", "g1", "d1"};
const Caller kBureau{"education_bureau", "p1", "d1"};
const Caller kOperator{"platform_operator", "p2", "d2"};

MemoryRows TwoDistricts() {
  MemoryRows rows;
  for (const char* number : {"1", "2"}) {
    registry::v1::RegistryEvent event;
    auto* school = event.mutable_school_registered();
    school->set_school_id(std::string("s") + number);
    school->set_district_id(std::string("d") + number);
    reference::FoldRegistryEvent(event, rows);
  }
  registry::v1::RegistryEvent event;
  auto* district = event.mutable_district_registered();
  district->set_district_id("county");
  district->set_parent_id("d1");
  reference::FoldRegistryEvent(event, rows);
  return rows;
}

TEST(BindToCaller, FillsInTheGuardianWhoAsks) {
  registry::v1::ListMyPupilsRequest query;
  ASSERT_TRUE(BindToCaller(kGuardian, &query).ok());
  EXPECT_EQ(query.guardian_id(), "g1");
}

TEST(BindToCaller, RefusesAGuardianWhoNamesAnother) {
  registry::v1::ListMyPupilsRequest query;
  query.set_guardian_id("g2");
  const absl::Status status = BindToCaller(kGuardian, &query);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(status.message().find("g2"), absl::string_view::npos);
}

TEST(BindToCaller, FillsInTheDistrictWhereNoSchoolIsNamed) {
  inspection::v1::ListRefusalsRequest query;
  ASSERT_TRUE(BindToCaller(kBureau, &query).ok());
  EXPECT_EQ(query.district_id(), "d1");
  inspection::v1::ListRefusalsRequest of_school;
  of_school.mutable_header()->set_school_id("s1");
  ASSERT_TRUE(BindToCaller(kBureau, &of_school).ok());
  EXPECT_EQ(of_school.district_id(), "");
}

TEST(CheckTenant, ShowsTheCallersOwnDistrictAndWhatLiesInIt) {
  const MemoryRows rows = TwoDistricts();
  EXPECT_TRUE(CheckTenant(kBureau, rows, "s1", "").ok());
  EXPECT_TRUE(CheckTenant(kBureau, rows, "", "d1").ok());
  EXPECT_TRUE(CheckTenant(kBureau, rows, "", "county").ok());
}

TEST(CheckTenant, RefusesAnotherDistrictAndItsSchools) {
  const MemoryRows rows = TwoDistricts();
  EXPECT_EQ(CheckTenant(kBureau, rows, "s2", "").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CheckTenant(kBureau, rows, "", "d2").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CheckTenant(kBureau, rows, "s1", "d2").code(), absl::StatusCode::kPermissionDenied);
}

TEST(CheckTenant, LetsAPlatformOperatorSeeAll) {
  const MemoryRows rows = TwoDistricts();
  EXPECT_TRUE(CheckTenant(kOperator, rows, "s1", "").ok());
  EXPECT_TRUE(CheckTenant(kOperator, rows, "", "d1").ok());
}

}  // namespace
}  // namespace afterbell
