// SPDX-License-Identifier: Apache-2.0
// A converter from the fit to B. Murmann's ADC Performance Survey that hwcomponents-adc keeps, n being the resolution, f the
// rate in Hz, t the node in nm:
//   FOM  = min(a - b ln f, c + d ceil(n)) in dB,  SNDR = e n + g in dB
//   E/pJ = 1 / (2 * 10^((FOM - SNDR) / 10)) * exp(h + i ln t - j ln n - k)
//   A/um2 = exp(l + m ln t + o ln f + p ln(E/pJ))
#include "models/cost/law_table.hpp"

#include <cmath>

namespace berth::cost {
namespace {

constexpr Attribute kAttributes[] = {
    {"bits", "bit", 4, 12, "resolution; the fit is unphysical below 4"},
    {"node", "nm", 16, 180, "technology"},
    {"rate", "Hz", 1e7, 1e10, "conversions a second", "frequency"},
};

double picojoules(const Question& question) {
    const auto of = [&](const char* name) { return question.coefficient(std::string("murmann.energy.") + name); };
    const double bits = question["bits"], node = question["node"], rate = question["rate"];
    const double by_rate = of("fom_at_1_hz") - of("fom_per_ln_rate") * std::log(rate);
    const double by_bits = of("fom_at_0_bits") + of("fom_per_bit") * std::ceil(bits);
    const double sndr = of("sndr_per_bit") * bits + of("sndr_at_0_bits");
    const double ideal = 1.0 / (2.0 * std::pow(10.0, (std::min(by_rate, by_bits) - sndr) / 10.0));
    return ideal * std::exp(of("intercept") + of("per_ln_node") * std::log(node) - of("per_ln_bits") * std::log(bits) - of("best_fifth"));
}

}  // namespace

std::span<const Attribute> murmann_attributes() { return kAttributes; }

double murmann_energy(const Question& question) { return picojoules(question) * question.coefficient("murmann.energy.unit", "energy"); }

double murmann_area(const Question& question) {
    const auto of = [&](const char* name) { return question.coefficient(std::string("murmann.area.") + name); };
    const double square_micrometres =
        std::exp(of("intercept") + of("per_ln_node") * std::log(question["node"]) + of("per_ln_rate") * std::log(question["rate"]) +
                 of("per_ln_energy") * std::log(picojoules(question)));
    return square_micrometres * question.coefficient("murmann.area.unit", "area");
}

double murmann_power(const Question& question) { return murmann_energy(question) * question["rate"]; }

}  // namespace berth::cost
