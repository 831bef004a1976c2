// Coverage: the list of cells is the one that was agreed, every cell of it can be expressed, and
// the four sources that are loaded are loaded whole.
#include "services/platform/policy/coverage.h"

#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/ids.h"
#include "services/platform/policy/check.h"
#include "services/platform/policy/keys.h"
#include "services/platform/policy/loader.h"

namespace afterbell::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The list as it was agreed. Whoever changes a cell changes this number with it, and the count.
constexpr char kListSha256[] = "a5233e2e294aa69e4dcf3b699a2b61ecd448a5245f541e1d3af30cc9572d29d5";

std::string ReadList() {
  std::ifstream file("services/platform/policy/policy-cells.tsv", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Cell> ListedCells() {
  const auto cells = ParseCells(ReadList());
  EXPECT_TRUE(cells.ok()) << cells.status();
  return cells.ok() ? *cells : std::vector<Cell>();
}

std::vector<v1::Instrument> Loaded() {
  const auto loaded = LoadDirectory("infra/policy");
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return loaded.ok() ? *loaded : std::vector<v1::Instrument>();
}

const SourceCoverage& Source(const Coverage& coverage, const std::string& name) {
  for (const SourceCoverage& source : coverage.sources) {
    if (source.source == name) return source;
  }
  static const SourceCoverage none;
  return none;
}

// The list's header and one row.
std::string Row(const std::string& row) {
  return "parameter\tgroup\tsource\tscope\tvalue_text\ttyped_value\tunit\ttype\tcore_conflict_ref\tkey_"
         "phrase\n" +
         row + "\n";
}

// Coverage of one row by an instrument of the source "S" with these parameters.
std::string DifferenceOf(const std::string& row, const std::string& parameters) {
  const auto cells = ParseCells(Row(row));
  EXPECT_TRUE(cells.ok()) << cells.status();
  const auto instrument = ParseInstrument(
      "title: \"t\" issuer: \"S\" issued_on: \"2021-01-01\" effective_from: \"2021-01-01\" " + parameters,
      "s");
  EXPECT_TRUE(instrument.ok()) << instrument.status();
  const auto coverage = CoverageOf(*cells, {*instrument});
  EXPECT_TRUE(coverage.ok()) << coverage.status();
  const auto& differences = coverage->sources[0].differences;
  return differences.empty() ? "loaded" : differences[0].text;
}

TEST(ListOfCells, IsTheOneThatWasAgreed) {
  std::string hex;
  for (const unsigned char byte : Sha256(ReadList())) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  EXPECT_EQ(hex, kListSha256);
  EXPECT_EQ(ListedCells().size(), 616);  // 613 that sources fill, and three that no source sets.
}

TEST(ListOfCells, CanBeExpressedCellByCellInTheTableOfKeys) {
  for (const Cell& cell : ListedCells()) {
    const auto parameters = ParametersOf(cell);
    ASSERT_TRUE(parameters.ok()) << parameters.status();
    EXPECT_FALSE(parameters->empty()) << cell.line;
    for (const v1::Parameter& parameter : *parameters) {
      const KeyInfo* key = FindKey(parameter.key());
      ASSERT_NE(key, nullptr) << parameter.key();
      for (const ValueComplaint& complaint : CheckValue(*key, parameter.value())) {
        ADD_FAILURE() << "line " << cell.line << ", " << cell.source << ", " << parameter.key() << ": "
                      << complaint.text;
      }
      EXPECT_EQ(CheckUnit(*key, parameter.value(), parameter.unit()), "")
          << "line " << cell.line << ", " << cell.source << ", " << parameter.key();
    }
  }
}

TEST(Coverage, IsCompleteForTheFourSourcesThatAreLoaded) {
  const auto coverage = CoverageOf(ListedCells(), Loaded());
  ASSERT_TRUE(coverage.ok()) << coverage.status();
  SCOPED_TRACE(ToText(*coverage));
  for (const auto& [source, cells] : {std::pair("National", 17), std::pair("Wanzhou", 38),
                                      std::pair("Jilin district", 47), std::pair("Xiji", 52)}) {
    EXPECT_EQ(Source(*coverage, source).cells, cells) << source;
    EXPECT_EQ(Source(*coverage, source).loaded, cells) << source;
    EXPECT_THAT(Source(*coverage, source).differences, IsEmpty()) << source;
  }
  EXPECT_EQ(Source(*coverage, "Hebi").loaded, 0);
  EXPECT_THAT(coverage->silent, ElementsAre("class_hour_minutes", "withdrawal_refund", "absence_refund"));
  EXPECT_THAT(coverage->unlisted, ElementsAre("assumptions"));
}

TEST(Coverage, PrintsALineForEachSource) {
  const auto coverage = CoverageOf(ListedCells(), Loaded());
  ASSERT_TRUE(coverage.ok()) << coverage.status();
  const std::string text = ToText(*coverage);
  EXPECT_THAT(text, HasSubstr("Xiji: 52 of 52\n"));
  EXPECT_THAT(text, HasSubstr("Hebi: 0 of 43\n"));
}

TEST(Coverage, NamesKeysThatNothingReadsYet) {
  const auto instrument = ParseInstrument(
      "title: \"t\" issuer: \"S\" issued_on: \"2021-01-01\" effective_from: \"2021-01-01\" "
      "parameter { key: \"staff_training\" value { flag: true } }",
      "s");
  ASSERT_TRUE(instrument.ok()) << instrument.status();
  const auto coverage = CoverageOf({}, {*instrument});
  ASSERT_TRUE(coverage.ok());
  const bool read = std::count(KeysRead().begin(), KeysRead().end(), "staff_training") > 0;
  if (read) {
    EXPECT_THAT(coverage->unread, IsEmpty());
  } else {
    EXPECT_THAT(coverage->unread, Contains("staff_training"));
  }
}

TEST(Coverage, NamesAWrongValue) {
  EXPECT_EQ(
      DifferenceOf("fee_amount_yuan\tg\tS\tdistrict\t80\t8000\tfen/pupil-month\tfen\t\t",
                   "parameter { key: \"fee_amount_yuan\" value { fen: 800 } unit: \"fen/pupil-month\" }"),
      "fee_amount_yuan: fen: 800 fen/pupil-month, expected fen: 8000 fen/pupil-month");
}

TEST(Coverage, NamesAWrongUnit) {
  EXPECT_EQ(
      DifferenceOf("fee_amount_yuan\tg\tS\tdistrict\t80\t8000\tfen/pupil-month\tfen\t\t",
                   "parameter { key: \"fee_amount_yuan\" value { fen: 8000 } unit: \"fen/pupil-term\" }"),
      "fee_amount_yuan: fen: 8000 fen/pupil-term, expected fen: 8000 fen/pupil-month");
}

TEST(Coverage, NamesAMissingPartOfACompoundCell) {
  const std::string row =
      "fee_amount_yuan\tg\tS\tdistrict\t3\tfee_amount=300;fee_cap=17000;fee_cap_period=month\t"
      "fen/pupil-class_hour; fen/pupil-month\tmap\t\t";
  const std::string amount =
      "parameter { key: \"fee_amount_yuan\" value { fen: 300 } unit: \"fen/pupil-class_hour\" } "
      "parameter { key: \"fee_cap_period\" value { choice: \"month\" } } ";
  const std::string cap = "parameter { key: \"fee_cap\" value { fen: 17000 } unit: \"fen/pupil-month\" }";
  EXPECT_EQ(DifferenceOf(row, amount), "fee_cap: not set, expected fen: 17000 fen/pupil-month");
  EXPECT_EQ(DifferenceOf(row, amount + cap), "loaded");
}

TEST(Coverage, WantsAValueForEachStageOfACellThatIsByStage) {
  const std::string row =
      "weeks_per_year\tg\tS\tdistrict\t\tprimary=40;senior_secondary=42\tweeks/school-year\tmap\t\t";
  const std::string primary =
      "parameter { key: \"weeks_per_year\" scope { stage: \"primary\" } value { count: 40 } unit: "
      "\"weeks/school-year\" } ";
  EXPECT_EQ(DifferenceOf(row, primary),
            "weeks_per_year {stage: \"senior_secondary\"}: not set, expected count: 42 weeks/school-year");
}

TEST(Coverage, WantsTheKindOfBoundOfAnEndTime) {
  EXPECT_EQ(DifferenceOf("end_time\tg\tS\tdistrict\t\t18:30\tnot_after\ttime\t\t",
                         "parameter { key: \"end_time\" value { time: \"18:30\" } unit: \"not_after\" }"),
            "end_time_bound: not set, expected choice: \"not_after\"");
}

TEST(Coverage, SeesTheOrderOfAList) {
  EXPECT_EQ(
      DifferenceOf("agreement\tg\tS\tdistrict\t\tschool,guardian\t\tlist\t\t",
                   "parameter { key: \"agreement\" value { words { word: [\"guardian\", \"school\"] } } }"),
      "agreement: words { word: \"guardian\" word: \"school\" }, expected words { word: \"school\" word: "
      "\"guardian\" }");
}

TEST(Coverage, SaysWhichCellIsNotOfItsOwnType) {
  const auto cells = ParseCells(Row("group_size_max\tg\tS\tschool\t40\tforty\tpupils\tcount\t\t"));
  ASSERT_TRUE(cells.ok()) << cells.status();
  EXPECT_EQ(std::string(CoverageOf(*cells, {}).status().message()), "line 2: typed_value 'forty' of S");
}

TEST(ParseCells, NamesALineWithAnotherNumberOfColumns) {
  EXPECT_EQ(std::string(ParseCells(Row("a\tb")).status().message()), "line 2: 2 columns, expected 10");
  EXPECT_EQ(std::string(ParseCells("a\n").status().message()),
            "line 1: not the columns of the list of cells");
}

}  // namespace
}  // namespace afterbell::policy
