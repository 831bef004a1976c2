#include "services/reviews/q02_fee_models.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "afterbell/billing/v1/billing_events.pb.h"

namespace afterbell::reviews {
namespace {

policy::v1::ParameterValue Value(const std::string& model, const std::string& key) {
  policy::v1::ParameterValue value;
  value.set_key(key);
  value.set_value_id(absl::StrCat("review-", model, "-", key));
  value.set_instrument_id("review");
  return value;
}

// A cap as high as the fee itself takes nothing away, whatever the place's own says.
FeeModel Model(std::string key, std::string zh, std::string en, const char* model, int64_t fen,
               int64_t cap_fen, const char* cap_period) {
  FeeModel made{std::move(key), std::move(zh), std::move(en), {}};
  made.values.assign(4, {});
  made.values[0] = Value(made.key, "fee_model");
  made.values[0].mutable_value()->set_choice(model);
  made.values[1] = Value(made.key, "fee_amount_yuan");
  made.values[1].mutable_value()->set_fen(fen);
  made.values[2] = Value(made.key, "fee_cap");
  made.values[2].mutable_value()->set_fen(cap_fen);
  made.values[3] = Value(made.key, "fee_cap_period");
  made.values[3].mutable_value()->set_choice(cap_period);
  return made;
}

}  // namespace

const std::vector<FeeModel>& TheFourModels() {
  static const std::vector<FeeModel>& models = *new std::vector<FeeModel>{
      Model("per_month_8000", "每月80元", "80 a month", "per_month", 8000, 8000, "month"),
      Model("per_month_10000", "每月100元", "100 a month", "per_month", 10000, 10000, "month"),
      Model("per_class_hour_300_cap_17000", "每课时3元封顶170元", "3.00 a class-hour, 170 at most",
            "per_class_hour", 300, 17000, "month"),
      Model("per_term_30000", "每学期300元", "300 a term", "per_term", 30000, 30000, "term"),
  };
  return models;
}

void IncomeFold::Visit(const replay::WhatIfEvent& told) {
  if (told.record.service != "billing" || told.kind != log::v1::DETERMINATION) return;
  billing::v1::BillingEvent event;
  if (!event.ParseFromArray(told.event.data(), static_cast<int>(told.event.size())) ||
      !event.has_charge_assessed()) {
    return;
  }
  const billing::v1::ChargeAssessed& charge = event.charge_assessed();
  // What follows a deadline stands in a Commit that names no school: the charge does.
  const std::string& school =
      charge.school_id().empty() ? told.record.commit.school_id() : charge.school_id();
  const std::string date =
      IsMonth(charge.period()) ? FirstOfMonth(charge.period()) : told.record.commit.service_date();
  if (!places_.IsAsked(args_, school, date)) return;
  Income& income = districts_[places_.DistrictOf(school)];
  if (told.recorded) {
    income.recorded_fen += charge.net_fen();
    ++income.recorded_charges;
  }
  if (told.again) {
    income.again_fen += charge.net_fen();
    ++income.again_charges;
  }
}

void IncomeFold::Add(const IncomeFold& other) {
  for (const auto& [district, income] : other.districts_) {
    Income& sum = districts_[district];
    sum.recorded_fen += income.recorded_fen;
    sum.again_fen += income.again_fen;
    sum.recorded_charges += income.recorded_charges;
    sum.again_charges += income.again_charges;
  }
}

// A fee model reaches income through billing and, where it is by the class-hour, through attendance,
// which counts them. What the other services determined stands as recorded.
std::vector<const Service*> DecidingServices(const FeeModel& model,
                                             const std::vector<const Service*>& services) {
  bool counted = false;
  for (const policy::v1::ParameterValue& value : model.values) {
    counted = counted || (value.key() == "fee_model" && value.value().choice() == "per_class_hour");
  }
  std::vector<const Service*> deciding;
  for (const Service* service : services) {
    if (service->name() == "billing" || (counted && service->name() == "attendance"))
      deciding.push_back(service);
  }
  return deciding;
}

absl::StatusOr<Result> FeeModels::Run(const replay::History& history,
                                      const std::vector<const Service*>& services, const Args& args) const {
  AFTERBELL_ASSIGN_OR_RETURN(const Places places, Places::Of(history));
  Result result = Begin(history, "override: fee_model, fee_amount_yuan, fee_cap, fee_cap_period, everywhere");
  Table table{"districts",
              "各区县应收（元）",
              "assessed by district",
              {{"district", "区县", "district"},
               {"district_id", "区县编号", "district id"},
               {"recorded_fen", "实际", "as recorded", Unit::kFen},
               {"recorded_charges", "笔数", "charges", Unit::kCount}},
              {}};
  std::map<std::string, std::map<std::string, IncomeFold::Income>> by_district;
  std::map<std::string, uint64_t> provisional;
  using Folds = std::vector<std::unique_ptr<IncomeFold>>;  // By partition number.
  std::vector<Folds> folds;
  std::vector<replay::Alternative> alternatives;
  for (const FeeModel& model : TheFourModels()) {
    Folds& of_model = folds.emplace_back(history.school_partitions() + 1);
    for (auto& fold : of_model) fold = std::make_unique<IncomeFold>(places, args);
    replay::WhatIfOptions options;
    options.mode = replay::PolicyMode::kOverride;
    options.overrides = model.values;
    options.differences_max = 0;
    options.on_event = [&folds, i = folds.size() - 1](uint32_t number, const replay::WhatIfEvent& event) {
      folds[i][number]->Visit(event);
    };
    alternatives.push_back({DecidingServices(model, services), std::move(options)});
  }
  AFTERBELL_ASSIGN_OR_RETURN(const std::vector<replay::WhatIfReport> reports,
                             replay::WhatIf(history, alternatives));
  for (size_t i = 0; i < reports.size(); ++i) {
    const FeeModel& model = TheFourModels()[i];
    const replay::WhatIfReport& report = reports[i];
    table.columns.push_back({model.key + "_fen", model.zh, model.en, Unit::kFen});
    table.columns.push_back({model.key + "_charges", "笔数", "charges", Unit::kCount});
    IncomeFold sum(places, args);
    for (const auto& fold : folds[i]) sum.Add(*fold);
    for (const auto& [district, income] : sum.districts()) by_district[district][model.key] = income;
    for (const auto& [value, uses] : report.provisional)
      provisional[value] = std::max(provisional[value], uses);
    result.basis.notes.push_back(absl::StrCat(
        model.en, ": ", report.blocked, " blocked by an unset parameter, ", report.would_be_refused,
        " decisions would be refused, ", report.would_be_accepted, " accepted, ", report.other_facts,
        " decide other facts; ", report.kept, " determinations kept of services whose rules are not here"));
  }
  for (const auto& [value, uses] : provisional) {
    result.basis.provisional.push_back(absl::StrCat(value, " (", uses, " times)"));
  }
  for (auto& [district, incomes] : by_district) {
    Row& row = table.rows.emplace_back(Row{places.DistrictCodeOf(district), district});
    // What was recorded is the same beside each model that met the district at all.
    const IncomeFold::Income& any = incomes.begin()->second;
    row.insert(row.end(), {any.recorded_fen, any.recorded_charges});
    for (const FeeModel& model : TheFourModels()) {
      row.insert(row.end(), {incomes[model.key].again_fen, incomes[model.key].again_charges});
    }
  }
  result.tables.push_back(std::move(table));
  return result;
}

}  // namespace afterbell::reviews
