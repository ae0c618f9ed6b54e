// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::periphery {

/// Names that AdcParams::kind can take; see make_adc.
[[nodiscard]] std::vector<std::string> adc_kinds();

struct AdcParams {
    std::string kind;
    int bits;
    double step;

    static constexpr std::tuple fields{
        Choice{"kind", &AdcParams::kind, &adc_kinds, "how a current becomes a code"},
        Field{"bits", &AdcParams::bits, "bit", 1, 16, "resolution"},
        Field{"step", &AdcParams::step, "unit current", 1e-3, 1e6, "column current of one code"},
    };
};

/// An analogue-to-digital converter. Currents are in units of one cell's least step at unit input, so an ideal column
/// carries an integer; a code stands for code * step units.
class Adc {
public:
    virtual ~Adc() = default;

    /// Converts a current per column into a code. Shapes: codes.size() == currents.size().
    /// @return how many columns lay outside the range and were clipped.
    virtual std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const = 0;

    /// Whether every whole current from 0 to `largest` has a code of its own that stands for it exactly.
    [[nodiscard]] virtual bool lossless(std::int64_t largest) const = 0;

    /// The current that one code stands for.
    [[nodiscard]] virtual double step() const = 0;
};

/// "ideal": the current itself, rounded, without bounds. "uniform": clamp(round(current / step), 0, 2^bits - 1),
/// ties to even.
/// @throws std::invalid_argument for another kind; configurations have been checked against adc_kinds().
[[nodiscard]] std::unique_ptr<const Adc> make_adc(const AdcParams& params);

/// The registered kinds as `berth list adcs` shows them: [{name, meaning, parameters, source}].
[[nodiscard]] boost::json::array describe_adcs();

}  // namespace berth::periphery
