// SPDX-License-Identifier: Apache-2.0
#include "platform/converter_energy.hpp"

#include "models/core/error.hpp"
#include "models/cost/cost.hpp"
#include "platform/cell_presets.hpp"

namespace berth::platform {
namespace {

constexpr const char* kConverter = "tile.ima.adc";
constexpr int kNode = 32, kMostBits = 10;

/// Joules of a conversion by the fit. @param siemens of the bitline's driven cells together.
double fitted(const ConstantTable& fit, int bits, double siemens) {
    const boost::json::object law{{"law", "neurosim_sar_energy"},
                                  {"bits", bits},
                                  {"node", kNode},
                                  {"resistance", 1.0 / siemens},
                                  {"voltage", "neurosim.read.voltage"}};
    return cost::read_cost(law, fit, "energy", "converter_energy");
}

}  // namespace

boost::json::value converter_energy_block(const CellReads& reads, std::uint64_t conversions, double by_average_j, int adc_bits,
                                          int cell_bits, int dac_bits) {
    if (dac_bits != 1 || adc_bits > kMostBits || conversions == 0 || reads.driven == 0) return nullptr;
    const ConstantTable fit = load_table("neurosim");
    const auto count = static_cast<double>(conversions), largest = static_cast<double>((1 << cell_bits) - 1);
    const double cells_of_one = static_cast<double>(reads.cells) / count, driven_of_one = static_cast<double>(reads.driven) / count;
    const double mean_level = static_cast<double>(reads.levels) / static_cast<double>(reads.driven) / largest;
    boost::json::object cells;
    for (const auto& cell : describe_cells()) {
        const double on = 1.0 / cell.at("r_on_ohm").to_number<double>(), off = 1.0 / cell.at("r_off_ohm").to_number<double>();
        const double met = driven_of_one * (off + (on - off) * mean_level), average = cells_of_one / 2 * (on + off) / 2;
        const double ratio = fitted(fit, adc_bits, met) / fitted(fit, adc_bits, average);
        cells[cell.at("name").as_string()] = {{"by_values_j", by_average_j * ratio}, {"error_of_average", 1.0 / ratio - 1.0}};
    }
    return boost::json::object{
        {"by_average_j", by_average_j}, {"driven_per_conversion", driven_of_one}, {"cells", std::move(cells)}, {"sources", fit.sources()}};
}

boost::json::value converter_energy_block(const CellReads& reads, const Ledger& ledger, const PlatformConfig& config) {
    const std::uint64_t conversions = ledger.count(kConverter, "convert");
    const double by_average = static_cast<double>(conversions) * config.inventory.energy(kConverter, "convert");
    return converter_energy_block(reads, conversions, by_average, config.adc.bits, config.crossbar.cell_bits, config.dac.bits);
}

}  // namespace berth::platform
