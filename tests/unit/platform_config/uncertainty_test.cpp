// SPDX-License-Identifier: Apache-2.0
#include "platform/uncertainty.hpp"

#include "platform/area_report.hpp"

#include "platform_file.hpp"

#include <cmath>

namespace berth::platform {
namespace {

ConstantRow row(double low, double value, double high) {
    ConstantRow made;
    made.value = value;
    made.range = ConstantRange{low, high, "test", ""};
    return made;
}

TEST(DrawnFactor, GoesFromLowToHighThroughTheValue) {
    const ConstantRow adc = row(600, 1200, 9600);
    EXPECT_NEAR(drawn_factor(adc, 0.0), 0.5, 1e-12);
    EXPECT_NEAR(drawn_factor(adc, 1.0), 8.0, 1e-12);
    // ln 2 below the value and 3 ln 2 above: a quarter of the draws lies below.
    EXPECT_NEAR(drawn_factor(adc, 0.25), 1.0, 1e-12);
    for (int u = 0; u < 100; ++u) EXPECT_LT(drawn_factor(adc, u * 0.01), drawn_factor(adc, (u + 1) * 0.01)) << u;
    EXPECT_DOUBLE_EQ(drawn_factor(row(7, 7, 7), 0.3), 1.0);
    EXPECT_NEAR(drawn_factor(row(7, 7, 14), 0.0), 1.0, 1e-12);
}

/// A table of converters alone.
std::string converter_rows(const std::string& range, const std::string& power_range) {
    return R"({"table": "mine", "node_nm": 32, "source": "test", "rows": [
        {"id": "area", "value": 1200, "unit": "um2", "per": "converter", "mark": "C", "source": "test", "range": )" +
           range + R"(},
        {"id": "power", "value": 2, "unit": "mW", "per": "converter", "mark": "C", "source": "test", "range": )" +
           power_range + "}]}";
}

class UncertaintyTest : public PlatformFolder {
protected:
    /// A platform whose converters alone are uncertain.
    PlatformConfig converters(const std::string& range, const std::string& power_range) {
        (void)file("rows.json", converter_rows(range, power_range));
        return load_platform(file("p.json", R"({"extends": "isaac-ce", "tables": ["rows.json"], "inventory": {
            "tile.buffer": null, "tile.router": null,
            "tile.ima.adc": {"area": "mine.area", "peak_power": "mine.power", "energy": {"convert": "isaac.ima.dac.1b.energy"}}}})"));
    }
    static Totals totals(const PlatformConfig& config) {
        return {{"area", config.inventory.area({.tiles = 1}, config.hierarchy).at("tile.ima.adc")},
                {"power", config.inventory.peak_power({.tiles = 1}, config.hierarchy).at("tile.ima.adc")},
                {"dac", config.inventory.area({.tiles = 1}, config.hierarchy).at("tile.ima.dac")}};
    }
    static double at(const boost::json::object& block, const char* total, const char* key) {
        return block.at("totals").at(total).at(key).to_number<double>();
    }
};

constexpr const char* kRange = R"({"low": 600, "high": 9600, "source": "test"})";
constexpr const char* kPower = R"({"low": 1, "high": 4, "source": "test"})";
constexpr const char* kSharedPower = R"({"low": 1, "high": 16, "source": "test", "with": "mine.area"})";

TEST_F(UncertaintyTest, GivesTheQuantilesOfWhatIsDrawn) {
    const PlatformConfig config = converters(kRange, kPower);
    const auto block = uncertainty_block(config, 1, 4000, totals);
    const double published = 12 * 8 * 1.2e-3;
    EXPECT_DOUBLE_EQ(at(block, "area", "value"), published);
    // The quantile at 5 % of 4000 draws is the distribution's at 5 % +- 1.4 % (four standard errors), and so on.
    const auto lies = [&](const char* key, double share, double error) {
        const ConstantRow adc = row(600, 1200, 9600);
        EXPECT_GE(at(block, "area", key), published * drawn_factor(adc, share - error)) << key;
        EXPECT_LE(at(block, "area", key), published * drawn_factor(adc, share + error)) << key;
    };
    lies("p5", 0.05, 0.014);
    lies("p50", 0.5, 0.032);
    lies("p95", 0.95, 0.014);
    EXPECT_DOUBLE_EQ(at(block, "dac", "p5"), at(block, "dac", "p95")) << "nothing behind it is uncertain";
}

TEST_F(UncertaintyTest, DependsOnTheSeedAlone) {
    const PlatformConfig config = converters(kRange, kPower);
    EXPECT_EQ(uncertainty_block(config, 1, 50, totals), uncertainty_block(config, 1, 50, totals));
    EXPECT_NE(at(uncertainty_block(config, 1, 50, totals), "area", "p50"), at(uncertainty_block(config, 2, 50, totals), "area", "p50"));
}

TEST_F(UncertaintyTest, DrawsRowsApartUnlessTheyShareADraw) {
    const auto ratio = [](const PlatformConfig& config) {
        const Totals both = totals(config);
        return Totals{{"ratio", both[0].second / both[1].second}};
    };
    const auto apart = uncertainty_block(converters(kRange, kPower), 1, 200, ratio);
    EXPECT_GT(at(apart, "ratio", "p95"), 2 * at(apart, "ratio", "p5"));
    const auto together = uncertainty_block(converters(kRange, kSharedPower), 1, 200, ratio);
    EXPECT_NEAR(at(together, "ratio", "p95"), at(together, "ratio", "p5"), 1e-9 * at(together, "ratio", "p5"));
}

TEST_F(UncertaintyTest, PutsTheRowThatMattersMostFirst) {
    const auto both = [](const PlatformConfig& config) {
        const Totals parts = totals(config);
        return Totals{{"sum", parts[0].second + parts[1].second}, {"dac", parts[2].second}};
    };
    const auto block = uncertainty_block(converters(kRange, kPower), 1, 10, both);
    const auto& rows = block.at("tornado").at("sum").as_array();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].at("row"), "mine.area");
    EXPECT_NEAR(rows[0].at("at_low").as_double(), 96 * (0.6e-3 + 2e-3), 1e-12);
    EXPECT_NEAR(rows[0].at("at_high").as_double(), 96 * (9.6e-3 + 2e-3), 1e-12);
    EXPECT_EQ(rows[1].at("row"), "mine.power");
    EXPECT_TRUE(block.at("tornado").at("dac").as_array().empty());
    EXPECT_NE(uncertainty_table(block).find("mine.area"), std::string::npos);
}

TEST_F(UncertaintyTest, RefusesADrawSharedWithNothing) {
    const PlatformConfig config = converters(kRange, R"({"low": 1, "high": 4, "source": "test", "with": "mine.aera"})");
    EXPECT_THROW((void)uncertainty_block(config, 1, 10, totals), InputError);
}

TEST_F(UncertaintyTest, SpansTheFivefoldSpreadOfConverterAreas) {
    const PlatformConfig config = load_platform("reram-multitask");
    const auto block = uncertainty_block(config, 1, 200, [](const PlatformConfig& drawn) { return area_totals(drawn, nullptr); });
    const auto& first = block.at("tornado").at("area_mm2.total").as_array().front();
    EXPECT_EQ(first.at("row"), "isaac_adc.8b.area");
    EXPECT_GT(first.at("high").to_number<double>() / first.at("low").to_number<double>(), 5.0);
    EXPECT_GT(at(block, "area_mm2.total", "p95"), 1.5 * at(block, "area_mm2.total", "value"));
}

TEST_F(UncertaintyTest, SharesDrawsOnlyWithRowsOfItsTables) {
    for (const auto& [name, description] : presets()) {
        const PlatformConfig config = load_platform(name);
        for (const auto& [id, one] : config.constants.rows())
            EXPECT_TRUE(!one.range || one.range->with.empty() || config.constants.rows().contains(one.range->with)) << id;
    }
}

}  // namespace
}  // namespace berth::platform
