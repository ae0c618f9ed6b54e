// SPDX-License-Identifier: Apache-2.0
#include "models/cost/wire_geometry.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace berth::cost {
namespace {

class WireGeometry : public ::testing::Test {
protected:
    void SetUp() override { constants.load(std::string(BERTH_SOURCE_DIR) + "/platform/tables/wires.json"); }

    [[nodiscard]] WireSegments of(const char* node, const char* cell) const { return wire_segments(constants, node, cell, "test"); }

    ConstantTable constants;
};

TEST_F(WireGeometry, GivesThePublishedResistancesOfASegment) {
    constexpr double rounding = 0.005;
    struct Published {
        const char* node;
        double cross_point, row, column;
    };
    for (const auto& [node, cross_point, row, column] :
         {Published{"65nm", 0.25, 0.50, 1.49}, {"32nm", 0.52, 1.04, 3.13}, {"22nm", 0.78, 1.56, 4.69}}) {
        EXPECT_NEAR(of(node, "cross_point").wordline, cross_point, rounding) << node;
        EXPECT_NEAR(of(node, "cross_point").bitline, cross_point, rounding) << node;
        EXPECT_NEAR(of(node, "1t1r").wordline, row, rounding) << node;
        EXPECT_NEAR(of(node, "1t1r").bitline, column, rounding) << node;
    }
}

TEST_F(WireGeometry, AgreesWithTheDerivedRowsOfItsTable) {
    int derived = 0;
    for (const auto& [id, row] : constants.rows()) {
        if (row.mark != "D") continue;
        const std::string node = id.substr(6, id.find('.', 6) - 6);
        const WireSegments segments = of(node.c_str(), id.find("1t1r") == std::string::npos ? "cross_point" : "1t1r");
        EXPECT_NEAR(id.ends_with("column_segment") ? segments.bitline : segments.wordline, row.si, 0.005) << id;
        ++derived;
    }
    EXPECT_EQ(derived, 9);
}

TEST_F(WireGeometry, RaisesResistanceFromNodeToNode) {
    double before = 0.0;
    for (const char* node : {"130nm", "65nm", "45nm", "32nm", "22nm", "14nm", "7nm"}) {
        EXPECT_GT(of(node, "1t1r").wordline, before) << node;
        before = of(node, "1t1r").wordline;
    }
}

TEST_F(WireGeometry, NamesANodeOrACellThatTheTablesLack) {
    try {
        (void)wire_segments(constants, "3nm", "1t1r", "p.json:wires.node");
        FAIL();
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(),
                     "p.json:wires.node: names \"wires.3nm.resistivity\", which no table holds; expected a row of the tables");
    }
    EXPECT_THROW((void)of("32nm", "2t2r"), InputError);
}

}  // namespace
}  // namespace berth::cost
