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

/// "nearest": to the nearest code, ties to even; "floor": to the code below.
[[nodiscard]] std::vector<std::string> rounding_names();

/// Errors are in codes of the nominal converter, at its input. Those with a sigma are drawn once for every converter, from normal
/// distributions, and the others are the same in all. docs/converters.md says what each kind makes of them.
struct AdcParams {
    std::string kind;
    int bits;
    double step;
    std::string rounding = "nearest";
    double offset = 0.0, offset_sigma = 0.0;
    double gain = 0.0, gain_sigma = 0.0;
    double inl = 0.0;
    double capacitor_sigma = 0.0;
    double comparator_sigma = 0.0;
    int dropped_bits = 0;
    int sum_bits = kMostSumBits;

    static constexpr int kMostSumBits = 48;  ///< more than any sum of codes has

    static constexpr std::tuple fields{
        Choice{"kind", &AdcParams::kind, &adc_kinds, "how a current becomes a code"},
        Field{"bits", &AdcParams::bits, "bit", 1, 16, "resolution"},
        Field{"step", &AdcParams::step, "unit current", 1e-3, 1e6, "column current of one code"},
        Choice{"rounding", &AdcParams::rounding, &rounding_names, "where between two codes the converter changes from one to the next"},
        Field{"offset", &AdcParams::offset, "code", -1000.0, 1000.0, "what all transitions are too high by"},
        Field{"offset_sigma", &AdcParams::offset_sigma, "code", 0.0, 1000.0, "standard deviation of the offset between converters"},
        Field{"gain", &AdcParams::gain, "1", -0.5, 0.5, "share of its height by which a transition is too high"},
        Field{"gain_sigma", &AdcParams::gain_sigma, "1", 0.0, 0.05, "standard deviation of the gain error between converters"},
        Field{"inl", &AdcParams::inl, "code", -1000.0, 1000.0,
              "what the transition at half scale is too high by, on a parabola from 0 to 0"},
        Field{"capacitor_sigma", &AdcParams::capacitor_sigma, "1", 0.0, 0.1, "standard deviation of a unit capacitor over its mean"},
        Field{"comparator_sigma", &AdcParams::comparator_sigma, "code", 0.0, 1000.0, "standard deviation of each comparator's offset"},
        Field{"dropped_bits", &AdcParams::dropped_bits, "bit", 0, 32, "low bits of the shifted and added sum that no search goes down to"},
        Field{"sum_bits", &AdcParams::sum_bits, "bit", 1, kMostSumBits, "bits of the shifted and added sum, beyond which it overflows"},
    };
};

/// Where a search by halves begins and ends.
struct Search {
    int reach = 0;    ///< bits of a code that it can set, from the lowest up
    int skipped = 0;  ///< of those, the low ones that it leaves 0
    int decided = 0;  ///< comparisons: a bit each, and one that finds what lies above the reach

    [[nodiscard]] bool whole(int bits) const { return reach == bits && skipped == 0; }
};

/// The search of a converter of kind "adaptive_sar" in a column whose code's unit counts 2^place in the shifted and added sum: bits that
/// would come to lie below dropped_bits or from sum_bits up are not searched for (Nag et al., IEEE Micro 2018).
[[nodiscard]] Search search_at(const AdcParams& params, int place);

/// Comparisons of a conversion whose code's unit counts 2^place, or none where the kind always converts in full.
[[nodiscard]] std::optional<int> decided_bits(const AdcParams& params, int place);

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

    /// The converter as it converts a column whose code's unit counts 2^place in the shifted and added sum; place from 0 up. Its codes
    /// are in the same unit. Itself, unless it adapts.
    [[nodiscard]] virtual const Adc& at(int /*place*/) const { return *this; }

    /// Whether `at` depends on the place.
    [[nodiscard]] virtual bool adapts() const { return false; }

    /// The current that one code stands for.
    [[nodiscard]] virtual double step() const = 0;
};

/// "ideal": the current itself, rounded, without bounds. "uniform": clamp(round(current / step), 0, 2^bits - 1).
/// "sar", "flash" and "ramp": the same but for what their parts do; "adaptive_sar": sar, and the search is no longer than the column's
/// place wants; see docs/converters.md.
/// @param seed of the draws that set one converter apart from another.
/// @throws std::invalid_argument for another kind; configurations have been checked against adc_kinds().
[[nodiscard]] std::unique_ptr<const Adc> make_adc(const AdcParams& params, std::uint64_t seed = 0);

/// @param where of the section, for messages: "file.json:adc".
/// @throws InputError naming a parameter that is not neutral though converters of this kind have none, or a range of bits that is empty.
void check_adc(const AdcParams& params, const std::string& where);

/// The registered kinds as `berth list adcs` shows them: [{name, meaning, parameters, source}].
[[nodiscard]] boost::json::array describe_adcs();

}  // namespace berth::periphery
