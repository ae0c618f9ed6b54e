// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/philox.hpp"
#include "models/crossbar/crossbar_design.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace berth::crossbar {

/// What a converter reads from a column of nominal 1-bit cells when `active` of its inputs are driven, with 1, and `ones` of those meet
/// cells at level one: the exact probabilities of all codes, given the normal noise of its cells and its sense amplifier and the
/// binomial numbers of cells that telegraph noise holds back, as thresholds of a 32-bit word.
///
/// An outcome is a code, or clipping below or above, counted from the lowest.
class CodeDistribution {
public:
    static constexpr int kGuideBits = 7;                    ///< the word's first bits
    static constexpr int kSecondBits = 16 - kGuideBits;     ///< the rest of its upper half
    static constexpr int kMoreBits = 24 - 2 * kSecondBits;  ///< of an entry that say how many more outcomes there are
    static constexpr std::uint32_t kSecond = (1u << kSecondBits) - 1, kMost = (1u << kMoreBits) - 1;

    /// How columns with one number of active inputs read.
    struct Columns {
        /// [ones, 2^kGuideBits], by the word's first bits: from the top of an entry, an outcome; how many more there are by the end; and
        /// the word's second bits between which, ends included, only the thresholds tell. Below those it is the outcome, above them
        /// the last one.
        std::vector<std::uint32_t> guide;
        /// [ones, outcomes - 1], ascending: the least words of the outcomes above the lowest. The greatest word stands for a
        /// least word that none reaches.
        std::vector<std::uint32_t> thresholds;
    };

    /// The word that decides one conversion: its upper half comes from the counter of eight reads, its lower half, which is seldom needed,
    /// from one of its own.
    [[nodiscard]] static std::uint32_t word(std::uint32_t column, std::uint32_t read, std::uint32_t block, std::uint32_t token,
                                            std::array<std::uint32_t, 2> key) {
        const auto upper = philox({column, read / 8, block, token}, key)[read % 8 / 2] >> (read % 2 * 16) & 0xffffu;
        return upper << 16 | (philox({column, kLowerHalves + read, block, token}, key)[0] & 0xffffu);
    }
    static constexpr std::uint32_t kLowerHalves = 1u << 16;

    /// @param rows most inputs that can be active.
    /// @return null where the design's cells are not nominal or 1 bit, inputs are wider, converters are not alike, amplifiers have offsets,
    /// or where there are too many outcomes or states to tabulate. One distribution serves all who ask with the same cells and converter.
    [[nodiscard]] static std::shared_ptr<const CodeDistribution> make(const CrossbarDesign& design, int rows, int exponent);

    /// Tabulated when first asked for.
    [[nodiscard]] const Columns& columns(int active) const;

    [[nodiscard]] std::int32_t outcome(const Columns& columns, int ones, std::uint32_t word) const;

    /// The outcome that the upper half of a word decides, or none where the lower half has to.
    [[nodiscard]] std::optional<std::int32_t> outcome_of_half(const Columns& columns, int ones, std::uint32_t half) const;

    [[nodiscard]] std::int32_t code(std::int32_t outcome) const;
    [[nodiscard]] bool clips(std::int32_t outcome) const {
        return (clips_below_ && outcome == 0) || (clips_above_ && outcome == outcomes_ - 1);
    }

    [[nodiscard]] std::int32_t outcomes() const { return outcomes_; }
    [[nodiscard]] std::int32_t lowest_code() const { return lowest_code_; }
    [[nodiscard]] std::int32_t largest_code() const { return largest_code_; }
    /// What an outcome is above its code, but for clipping.
    [[nodiscard]] std::int32_t outcome_of_code_zero() const { return (clips_below_ ? 1 : 0) - lowest_code_; }
    [[nodiscard]] bool clips_below() const { return clips_below_; }
    [[nodiscard]] bool clips_above() const { return clips_above_; }

private:
    /// A normal part of a column's current, in units.
    struct Component {
        double mean = 0.0, probability = 1.0;
    };

    CodeDistribution(const CrossbarDesign& design, int rows);

    [[nodiscard]] static std::shared_ptr<const CodeDistribution> made(const CrossbarDesign& design, int rows, int exponent);
    bool find_outcomes(int exponent);
    [[nodiscard]] std::vector<Component> components(int ones, int others) const;
    [[nodiscard]] std::vector<std::uint32_t> thresholds(int ones, int others) const;
    void tabulate(int active, Columns& columns) const;

    std::shared_ptr<const CellModel> cells_;  ///< with the converter, what tells distributions apart
    std::shared_ptr<const periphery::Adc> adc_;
    int rows_;
    bool by_ones_alone_ = false;  ///< whether inputs that meet cells at level zero add nothing
    double levels_[2] = {}, variances_[2] = {}, sense_variance_ = 0.0;
    double telegraph_probability_ = 0.0, telegraph_losses_[2] = {};

    std::vector<double> boundaries_;  ///< currents at which outcomes begin
    std::int32_t outcomes_ = 0, lowest_code_ = 0, largest_code_ = 0;
    bool clips_below_ = false, clips_above_ = false;

    mutable std::vector<std::once_flag> made_;
    mutable std::vector<Columns> columns_;  ///< by active inputs
};

}  // namespace berth::crossbar
