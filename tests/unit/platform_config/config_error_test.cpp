// SPDX-License-Identifier: Apache-2.0
#include "platform_file.hpp"

namespace berth::platform {
namespace {

using PlatformConfigError = PlatformFolder;

/// A file that extends the multitask preset by `text`.
std::string extended(const std::string& text) { return R"({"extends": "reram-multitask", )" + text + "}"; }

TEST_F(PlatformConfigError, NamesThePresetsThereAre) {
    EXPECT_EQ(
        fault("nope"),
        R"(--platform: there is no platform "nope"; expected isaac-ce, neurosim-22nm, neurram-like, puma, reram-dvfs, reram-embeddings, reram-multitask or sram-cim, or a JSON file)");
    EXPECT_NE(fault("").find("there is no platform"), std::string::npos);
    EXPECT_NE(fault(folder.string()), "");
}

TEST_F(PlatformConfigError, NamesFileAndPathOfASupplyOrTemperatureOutsideALaw) {
    const auto message = [](const std::vector<std::string>& settings) {
        try {
            (void)load_platform("reram-dvfs", settings);
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    EXPECT_EQ(message({"temperature.kelvin=250"}),
              "reram-dvfs:inventory.tile.buffer.static_power.kelvin: is 250; expected the law's range, 300 to 400 K");
    EXPECT_EQ(message({"supply.voltage=0.3"}).find("reram-dvfs:supply.voltage: is 0.3"), 0u) << message({"supply.voltage=0.3"});
}

TEST_F(PlatformConfigError, NamesAFileThatIsNotJson) {
    const std::string p = file("p.json", "{");
    EXPECT_EQ(fault(p).find(p + ": is not JSON"), 0u) << fault(p);
    const std::string deep = file("deep.json", std::string(100000, '['));
    EXPECT_EQ(fault(deep).find(deep + ": is not JSON"), 0u) << fault(deep);
    const std::string list = file("list.json", "[]");
    EXPECT_EQ(fault(list), list + ": is not an object; expected a platform");
}

TEST_F(PlatformConfigError, NamesAKeyThatIsNotKnown) {
    const std::string p = file("p.json", extended(R"("crosbar": {})"));
    EXPECT_EQ(fault(p).find(p + ":crosbar: is not known; expected extends, "), 0u) << fault(p);
    const std::string q = file("q.json", extended(R"("crossbar": {"rowz": 1})"));
    EXPECT_EQ(fault(q), q + ":crossbar.rowz: is not known; expected rows, cols, cell_bits, encoding or path");
    const std::string r = file("r.json", extended(R"("timing": {"clok": "isaac.clock"})"));
    EXPECT_EQ(fault(r),
              r + ":timing.clok: is not known; expected clock, array_read, adc_rate, array_write, drain_stages, chip_link or bank_settle");
}

TEST_F(PlatformConfigError, EndsAChainThatDoesNotEnd) {
    const std::string nothing = file("nothing.json", R"({"extends": "nope"})");
    EXPECT_EQ(fault(nothing).find(nothing + R"(:extends: there is no platform "nope")"), 0u) << fault(nothing);
    const std::string self = (folder / "self.json").string();
    (void)file("self.json", R"({"extends": ")" + self + R"("})");
    EXPECT_EQ(fault(self), self + ":extends: leads back to " + self + "; expected a chain that ends");
    (void)file("a.json", R"({"extends": "b.json"})");
    const std::string b = file("b.json", R"({"extends": "a.json"})");
    EXPECT_NE(fault(b).find("leads back to " + b), std::string::npos) << fault(b);
    for (int i = 0; i < 40; ++i)
        (void)file(("link" + std::to_string(i) + ".json").c_str(), R"({"extends": "link)" + std::to_string(i + 1) + R"(.json"})");
    EXPECT_NE(fault((folder / "link0.json").string()).find("is the end of 16 files"), std::string::npos);
    const std::string number = file("number.json", R"({"extends": 3})");
    EXPECT_EQ(fault(number), number + ":extends: is 3; expected a preset's name or a file");
}

TEST_F(PlatformConfigError, WantsEveryParameter) {
    const std::string p = file("p.json", R"({"description": "nothing else"})");
    EXPECT_EQ(fault(p), p + ":accounting: is missing; expected a text");
    const std::string q = file("q.json", R"({"description": "nothing", "accounting": "nothing"})");
    EXPECT_EQ(fault(q), q + ":crossbar: is missing; expected an object of parameters");
}

TEST_F(PlatformConfigError, NamesARowThatNoTableHolds) {
    EXPECT_EQ(
        fault("reram-multitask", {"adc.bits=3"}),
        R"(reram-multitask:inventory.tile.ima.adc.area: names "isaac_adc.3b.area", which no table holds; expected a row of the tables)");
    const std::string p = file("p.json", extended(R"("timing": {"clock": "isaac.array.read.time"})"));
    EXPECT_EQ(fault(p), p + R"(:timing.clock: names "isaac.array.read.time", which is in ns; expected a row that gives frequency)");
}

TEST_F(PlatformConfigError, NamesAConverterErrorThatIsOutOfRangeOrOfAnotherKind) {
    EXPECT_EQ(fault("reram-multitask", {"adc.bits=0"}), "reram-multitask:adc.bits: is 0; expected a number from 1 to 16 bit");
    EXPECT_EQ(fault("reram-multitask", {"adc.kind=sar", "adc.capacitor_sigma=-0.1"}),
              "reram-multitask:adc.capacitor_sigma: is -0.1; expected a number from 0 to 0.1 1");
    EXPECT_EQ(fault("reram-multitask", {"adc.kind=flash", "adc.capacitor_sigma=0.01"}),
              "reram-multitask:adc.capacitor_sigma: is 0.01; expected 0, for a converter of kind flash has no such error");
    EXPECT_EQ(fault("reram-multitask", {"sense.noise_sigma=-1"}),
              "reram-multitask:sense.noise_sigma: is -1; expected a number from 0 to 1000000 unit current");
}

TEST_F(PlatformConfigError, NamesALawThatCannotBeTaken) {
    const auto adc = [&](const char* name, const std::string& cost) {
        return file(name, extended(R"("tables": [")" BERTH_SOURCE_DIR R"(/platform/tables/murmann.json"],
            "inventory": {"tile.ima.adc": {"energy": {"convert": )" +
                                   cost + "}}}"));
    };
    const std::string p = adc("p.json", R"({"law": "murmann_adc_energy", "bits": "{adc.bits}", "node": 32, "rate": "isaac.adc.rate"})");
    EXPECT_NEAR(load_platform(p).inventory.energy("tile.ima.adc", "convert"), 1.8486e-12, 1e-16);
    const std::string s = adc("s.json", R"({"law": "murmann_adc_energy", "bits": 3, "node": 32, "rate": "isaac.adc.rate"})");
    EXPECT_EQ(fault(s), s + ":inventory.tile.ima.adc.energy.convert.bits: is 3; expected the law's range, 4 to 12 bit");
    const std::string q = adc("q.json", R"({"law": "constant_voltage_scaling", "row": "isaac_adc.8b.convert.energy", "node": 5})");
    EXPECT_EQ(fault(q), q + ":inventory.tile.ima.adc.energy.convert.node: is 5; expected the law's range, 22 to 180 nm");
    const std::string r =
        adc("r.json", R"({"law": "stillmaker_baas", "row": "isaac_adc.8b.convert.energy", "node": 7, "voltage": 0.9, "row_voltage": 0.9})");
    EXPECT_EQ(fault(r),
              r + ":inventory.tile.ima.adc.energy.convert.row: is at 32 nm, for which there is no scaling rule; expected the table "
                  "stillmaker_baas among the platform's");
}

TEST_F(PlatformConfigError, NamesATableThatIsWrong) {
    const std::string row = R"({"id": "x", "value": 1, "unit": "pJ", "per": "x", "mark": "C", "source": "x"})";
    (void)file("twice.json", R"({"table": "t", "node_nm": 32, "source": "x", "rows": [)" + row + "," + row + "]}");
    const std::string p = file("p.json", extended(R"("tables": ["twice.json"])"));
    EXPECT_NE(fault(p).find("twice.json:rows[1].id: stands twice: t.x"), std::string::npos) << fault(p);
    const std::string q = file("q.json", extended(R"("tables": ["none.json"])"));
    EXPECT_NE(fault(q).find("none.json: does not exist"), std::string::npos) << fault(q);
    const std::string r = file("r.json", extended(R"("tables": "twice.json")"));
    EXPECT_EQ(fault(r), r + R"(:tables: is "twice.json"; expected an array of files)");
}

TEST_F(PlatformConfigError, NamesAReferenceThatLeadsNowhere) {
    const std::string p = file("p.json", extended(R"("inventory": {"tile.bus": {"count": "{crossbar.depth}"}})"));
    EXPECT_EQ(fault(p), p + ":inventory.tile.bus.count: refers to {crossbar.depth}, which is no number or text of the platform; "
                            "expected a path such as {adc.bits}");
    const std::string q = file("q.json", extended(R"("inventory": {"tile.bus": {"area": "isaac.{adc.bits"}})"));
    EXPECT_EQ(fault(q), q + ":inventory.tile.bus.area: opens { and does not close it; expected a reference such as {adc.bits}");
}

TEST_F(PlatformConfigError, NamesASettingThatCannotBe) {
    EXPECT_EQ(fault("reram-multitask", {"adc.bits"}), "--set adc.bits: is not path=value; expected a setting such as adc.bits=6");
    EXPECT_EQ(fault("reram-multitask", {"adc.bitz=6"}), "--set adc.bitz: names nothing in the platform; expected a path such as adc.bits");
    EXPECT_EQ(fault("reram-multitask", {"adc=6"}), "reram-multitask:adc: is not an object; expected an object of parameters");
    EXPECT_NE(fault("reram-multitask", {"adc.bits=sixty"}).find("reram-multitask:adc.bits: is \"sixty\""), std::string::npos);
    EXPECT_NE(fault("puma", {"hierarchy.mapper=banked"}).find("timing.bank_settle: is missing; expected a row of the tables"),
              std::string::npos);
    EXPECT_NE(fault("reram-multitask", {"hierarchy.mapper=random"}).find("expected separate, packed or banked"), std::string::npos);
}

TEST_F(PlatformConfigError, ChecksWhatNoSingleParameterCanSay) {
    const auto setting = [](const char* text) { return fault("reram-multitask", {text}); };
    EXPECT_EQ(setting("crossbar.cell_bits=3"), "reram-multitask:crossbar.cell_bits: is 3; expected 1, 2 or 4 bits");
    EXPECT_EQ(setting("interconnect.flit_bits=33"), "reram-multitask:interconnect.flit_bits: is 33; expected whole bytes");
    EXPECT_EQ(setting("buffer.banks=3"), "reram-multitask:buffer.bytes: is 65536; expected the same number of bytes in every bank");
    EXPECT_EQ(setting("host.burst_bytes=100"), "reram-multitask:host.burst_bytes: is 100; expected a multiple of host.bus_bytes");
    const std::string p = file("p.json", extended(R"("inventory": {"tile.ima.adc": {"count": 0}})"));
    EXPECT_EQ(fault(p), p + ":inventory.tile.ima.adc.count: is zero; expected at least one converter");
}

}  // namespace
}  // namespace berth::platform
