// SPDX-License-Identifier: Apache-2.0
#include "models/core/ledger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

namespace berth {
namespace {

TEST(Ledger, MultipliesCountsByTheEnergyOfOneAction) {
    Ledger ledger;
    ledger.add("tile.ima.adc", "convert", 128, 2e-12);
    ledger.add("tile.ima.adc", "convert", 72, 2e-12);
    ledger.add("tile.buffer", "read", 10, 5e-12);
    EXPECT_DOUBLE_EQ(ledger.total(), 200 * 2e-12 + 10 * 5e-12);
    EXPECT_EQ(ledger.count("tile.ima.adc", "convert"), 200u);
}

TEST(Ledger, CountsNothingWhereNothingHappened) {
    Ledger ledger;
    EXPECT_EQ(ledger.total(), 0.0);
    EXPECT_EQ(ledger.count("tile.buffer", "read"), 0u);
    ledger.add("tile.buffer", "write", 1, 1e-12);
    EXPECT_EQ(ledger.count("tile.buffer", "read"), 0u);
}

TEST(Ledger, KeepsStaticEnergyApart) {
    Ledger ledger;
    ledger.add("chip.link", "send", 4, 1.0);
    ledger.add_static("chip.link", 10.0, 0.5);
    ledger.add_static("chip.link", 2.0, 0.5);
    EXPECT_DOUBLE_EQ(ledger.static_total(), 6.0);
    EXPECT_DOUBLE_EQ(ledger.total(), 10.0);
}

TEST(Ledger, RefusesTwoEnergiesForOneAction) {
    Ledger ledger;
    ledger.add("tile.ima.adc", "convert", 1, 2e-12);
    EXPECT_THROW(ledger.add("tile.ima.adc", "convert", 1, 3e-12), std::logic_error);
    ledger.add("tile.ima.dac", "convert", 1, 3e-12);
    EXPECT_DOUBLE_EQ(ledger.total(), 5e-12);
}

TEST(Ledger, ReportsComponentsByPath) {
    Ledger ledger;
    ledger.add("tile.buffer", "write", 2, 0.5);
    ledger.add("tile.buffer", "read", 3, 0.25);
    EXPECT_EQ(boost::json::value(ledger.components()),
              boost::json::parse(R"({"tile.buffer": {"energy_j": 1.75, "actions": {"read": 3, "write": 2}}})"));
}

RC_GTEST_PROP(Ledger, TotalIsTheSumOfItsParts, ()) {
    Ledger ledger;
    const int entries = *rc::gen::inRange(0, 40);
    for (int i = 0; i < entries; ++i) {
        const std::string component = "component" + std::to_string(*rc::gen::inRange(0, 5));
        const int action = *rc::gen::inRange(0, 3);
        if (action == 2)
            ledger.add_static(component, *rc::gen::inRange(0, 100), *rc::gen::inRange(0, 100));
        else
            ledger.add(component, "action" + std::to_string(action), *rc::gen::inRange<std::uint64_t>(0, 1u << 30), 1e-12 * (1 + action));
    }
    double sum = 0.0;
    for (const auto& component : ledger.components()) sum += component.value().at("energy_j").as_double();
    RC_ASSERT(sum == ledger.total());
    RC_ASSERT(ledger.static_total() <= ledger.total());
}

}  // namespace
}  // namespace berth
