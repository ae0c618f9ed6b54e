// SPDX-License-Identifier: Apache-2.0
#include "models/core/constant_table.hpp"

#include <gtest/gtest.h>

#include "refusal.hpp"
#include "scratch.hpp"

namespace berth {
namespace {

using test::refusal;

constexpr const char* kTable = R"({"table": "chip", "node_nm": 32, "source": "A paper, Table I", "rows": [
    {"id": "adc.energy", "value": 1.5, "unit": "pJ", "per": "conversion", "mark": "C", "source": "Table I"},
    {"id": "adc.area", "value": 1200, "unit": "um2", "per": "converter", "mark": "C", "source": "Table I"},
    {"id": "read.time", "value": 100, "unit": "ns", "per": "read", "mark": "D", "source": "Section V"},
    {"id": "clock", "value": 1.2, "unit": "GHz", "per": "tile", "mark": "S", "source": "Section VI"}]})";

class ConstantTableTest : public testing::Test {
protected:
    /// What is said of a table whose text has `from` replaced by `to`.
    [[nodiscard]] std::string refused(const std::string& from, const std::string& to) const {
        std::string text = kTable;
        text.replace(text.find(from), from.size(), to);
        const auto file = scratch_.file("t.json", text);
        const std::string message = refusal([&] { ConstantTable().load(file); });
        const std::string folder = scratch_.path().string() + "/";
        return message.starts_with(folder) ? message.substr(folder.size()) : message;
    }

    test::Scratch scratch_;
};

TEST_F(ConstantTableTest, GivesEveryRowInSiAndAreasInSquareMillimetres) {
    ConstantTable table;
    table.load(scratch_.file("t.json", kTable));
    EXPECT_DOUBLE_EQ(table.value("chip.adc.energy", "energy", "p"), 1.5e-12);
    EXPECT_DOUBLE_EQ(table.value("chip.adc.area", "area", "p"), 1.2e-3);
    EXPECT_DOUBLE_EQ(table.value("chip.read.time", "time", "p"), 1e-7);
    EXPECT_DOUBLE_EQ(table.value("chip.clock", "frequency", "p"), 1.2e9);
}

TEST_F(ConstantTableTest, NamesARowThatNoTableHoldsOrThatMeasuresAnotherThing) {
    ConstantTable table;
    table.load(scratch_.file("t.json", kTable));
    EXPECT_EQ(refusal([&] { (void)table.value("chip.dac.energy", "energy", "p.json:dac.energy"); }),
              "p.json:dac.energy: names \"chip.dac.energy\", which no table holds; expected a row of the tables");
    EXPECT_EQ(refusal([&] { (void)table.value("chip.adc.area", "energy", "p.json:adc.energy"); }),
              "p.json:adc.energy: names \"chip.adc.area\", which is in um2; expected a row that gives energy");
}

TEST_F(ConstantTableTest, ListsAsSourcesTheRowsThatWereRead) {
    ConstantTable table;
    table.load(scratch_.file("t.json", kTable));
    EXPECT_TRUE(table.sources().empty());
    (void)table.value("chip.clock", "frequency", "p");
    (void)table.value("chip.adc.energy", "energy", "p");
    (void)table.value("chip.adc.energy", "energy", "p");
    const auto sources = table.sources();
    ASSERT_EQ(sources.size(), 2u);
    EXPECT_EQ(sources[0], boost::json::parse(R"({"row": "chip.adc.energy", "value": 1.5, "unit": "pJ", "per": "conversion", "node": 32.0,
                                                 "mark": "C", "source": "Table I", "range": null})"));
    EXPECT_EQ(sources[1].at("row"), "chip.clock");
}

TEST_F(ConstantTableTest, TakesManyTablesButNoRowTwice) {
    ConstantTable table;
    table.load(scratch_.file("t.json", kTable));
    const auto other = scratch_.file("u.json", R"({"table": "wire", "node_nm": 45, "source": "B", "rows": []})");
    table.load(other);
    EXPECT_EQ(table.rows().size(), 4u);
    const std::string again = scratch_.file("again.json", kTable);
    EXPECT_EQ(refusal([&] { table.load(again); }), again + ":rows[0].id: stands twice: chip.adc.energy; expected one row a constant");
}

TEST_F(ConstantTableTest, KeepsTheRangeInWhichSourcesDifferAndARowsOwnNode) {
    std::string text = kTable;
    const std::string area = R"("unit": "um2",)";
    text.replace(text.find(area), area.size(), area + R"("node_nm": 45, "range": {"low": 600, "high": 6000, "source": "a survey"},)");
    ConstantTable table;
    table.load(scratch_.file("t.json", text));
    EXPECT_TRUE(table.uncertain().empty()) << "no row is in use yet";
    EXPECT_DOUBLE_EQ(table.row("chip.adc.area", "p").node_nm, 45);
    EXPECT_DOUBLE_EQ(table.row("chip.clock", "p").node_nm, 32);
    EXPECT_EQ(table.uncertain(), std::vector<std::string>{"chip.adc.area"});
    EXPECT_EQ(table.sources()[0].at("range"), boost::json::parse(R"({"low": 6e2, "high": 6e3, "source": "a survey"})"));
    EXPECT_EQ(table.all_sources().size(), 4u);
    table.scale("chip.adc.area", 2.0);
    EXPECT_DOUBLE_EQ(table.value("chip.adc.area", "area", "p"), 2.4e-3);
    EXPECT_EQ(table.sources()[0].at("value"), 1200.0) << "reports show what was published";
}

TEST_F(ConstantTableTest, RefusesARangeThatDoesNotHoldItsValue) {
    const auto with_range = [&](const std::string& range) {
        return refused(R"("unit": "um2",)", R"("unit": "um2", "range": )" + range + ",");
    };
    EXPECT_EQ(with_range(R"({"low": 1300, "high": 6000, "source": "s"})"),
              "t.json:rows[1].range: is 1300 to 6000; expected a range above zero that holds the row's value, 1200");
    EXPECT_EQ(with_range(R"({"low": 0, "high": 6000, "source": "s"})").find("t.json:rows[1].range: is 0 to 6000"), 0u);
    EXPECT_EQ(with_range(R"({"low": 1, "high": 6000})"), "t.json:rows[1].range.source: is missing; expected a text");
    EXPECT_EQ(with_range(R"({"low": 1, "top": 6000})"), "t.json:rows[1].range.top: is not known; expected low, high, source or with");
    EXPECT_EQ(with_range("7"), "t.json:rows[1].range: is not an object; expected low, high and source");
}

TEST_F(ConstantTableTest, NamesWhatIsWrongWithAFile) {
    EXPECT_EQ(refused("\"table\"", "\"tabel\""), "t.json:tabel: is not known; expected table, node_nm, source or rows");
    EXPECT_EQ(refused("\"node_nm\": 32, ", ""), "t.json:node_nm: is missing; expected a number");
    EXPECT_EQ(refused("32", "-32"), "t.json:node_nm: is -32; expected a number that is not negative");
    EXPECT_EQ(refused("\"chip\"", "7"), "t.json:table: is 7; expected a text");
    const std::string empty = scratch_.file("empty.json", "[]");
    EXPECT_EQ(refusal([&] { ConstantTable().load(empty); }), empty + ": is not an object; expected a table of constants");
    const std::string rows = scratch_.file("rows.json", R"({"table": "chip", "node_nm": 32, "source": "A", "rows": {}})");
    EXPECT_EQ(refusal([&] { ConstantTable().load(rows); }), rows + ":rows: is not an array; expected an array of rows");
}

TEST_F(ConstantTableTest, NamesWhatIsWrongWithARow) {
    EXPECT_EQ(refused("\"unit\": \"um2\"", "\"unit\": \"acre\"").find("t.json:rows[1].unit: is \"acre\"; expected fJ, pJ,"), 0u);
    EXPECT_EQ(refused("\"value\": 100,", ""), "t.json:rows[2].value: is missing; expected a number");
    EXPECT_EQ(refused("100", "\"100\""), "t.json:rows[2].value: is \"100\"; expected a number that is not negative");
    EXPECT_EQ(refused("100", "1e999"), "t.json:rows[2].value: is inf; expected a number that is not negative");
    EXPECT_EQ(refused("\"S\"", "\"X\""), "t.json:rows[3].mark: is \"X\"; expected C, S or D");
    EXPECT_EQ(refused("\"Section VI\"", "\"\""), "t.json:rows[3].source: is empty; expected where the number was published");
    EXPECT_EQ(refused("\"per\": \"read\"", "\"for\": \"read\""),
              "t.json:rows[2].for: is not known; expected id, value, unit, per, mark, source, node_nm or range");
    EXPECT_EQ(refused("adc.area", "adc.energy"), "t.json:rows[1].id: stands twice: chip.adc.energy; expected one row a constant");
    EXPECT_EQ(refused("{\"id\": \"clock\"", "3, {\"id\": \"clock\""), "t.json:rows[3]: is not an object; expected a row");
}

}  // namespace
}  // namespace berth
