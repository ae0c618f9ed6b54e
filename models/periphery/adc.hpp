// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
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

/// Everything that one converter does, as made: the code of a current is the number of thresholds that it reaches.
struct Transfer {
    std::vector<double> thresholds;  ///< ascending; thresholds[k] is the least current that reads k + 1 or more
    double lowest = 0.0;             ///< currents below it clip
    double highest = 0.0;            ///< currents from it up clip
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

    /// Whether every converter of the design is the nominal one. Where they are not, `instance` below says which one is meant; it
    /// was made once, from draws keyed by the design's seed and that number.
    [[nodiscard]] virtual bool alike() const { return true; }

    /// The nominal converter's codes, or those of converter `instance` as made.
    virtual std::size_t convert_by(std::uint64_t /*instance*/, std::span<const double> currents, std::span<std::int32_t> codes) const {
        return convert(currents, codes);
    }

    /// Thresholds of converter `instance`; convert_by of the same instance gives the same codes. Converters without bounds have none.
    [[nodiscard]] virtual std::optional<Transfer> transfer(std::uint64_t /*instance*/) const { return std::nullopt; }

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
