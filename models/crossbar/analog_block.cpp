// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/analog_block.hpp"

#include "models/crossbar/column_runs.hpp"
#include "models/crossbar/normal_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <tuple>

namespace berth::crossbar {
namespace {

constexpr double kLargestCurrent = 1 << 30;

/// Bounds of what a column, or any of several, carries.
struct Bounds {
    std::int64_t least = 0, most = 0;

    void widen(const Bounds& other) {
        least = std::min(least, other.least);
        most = std::max(most, other.most);
    }
};

/// Fills an AnalogBlock.
class Cutter {
public:
    Cutter(const ProgrammedArrays& arrays, std::size_t index)
        : arrays_(arrays), index_(index), fixed_(arrays.fixed_block(index)), bounds_(fixed_.columns) {
        made_.pairs = (fixed_.rows + 1) / 2;
        measure_noise();
        measure_telegraph();
        measure_currents();
    }

    std::optional<AnalogBlock> cut() {
        for (const auto& runs : {weight_runs(arrays_), unit_runs(arrays_.layout)})
            for (const ColumnRun& run : runs) {
                const auto rules = rules_of(run);
                if (!rules) return std::nullopt;
                for (std::size_t first = 0; first < run.count; first += kStripColumns)
                    add_strip(run, *rules, run.first + first, std::min<std::size_t>(kStripColumns, run.count - first));
            }
        add_unit_weights();
        if (!sums_fit()) return std::nullopt;
        return std::move(made_);
    }

private:
    void measure_noise() {
        if (!arrays_.noisy()) return;
        made_.cell_variance = std::ldexp(1.0, 2 * fixed_.fraction_bits - fixed_.variance_bits);
        const double sense = std::ldexp(arrays_.design.sense.noise_sigma, fixed_.fraction_bits);
        made_.sense_variance = sense * sense;
        std::vector<std::int64_t> sums(fixed_.columns);
        const std::int64_t square = std::int64_t{arrays_.largest_input()} * arrays_.largest_input();
        for (std::size_t first = 0; first < fixed_.variances.size(); first += fixed_.columns)
            for (std::size_t column = 0; column < fixed_.columns; ++column) sums[column] += square * fixed_.variances[first + column];
        const auto most = static_cast<double>(*std::max_element(sums.begin(), sums.end()));
        made_.largest_noise = NormalTable::kFarthest * static_cast<float>(std::sqrt(made_.cell_variance * most + made_.sense_variance));
    }

    void measure_telegraph() {
        const ReadNoise& noise = arrays_.design.cells->noise();
        if (noise.telegraph_probability == 0.0 || noise.telegraph_amplitude == 0.0) return;
        made_.telegraph =
            TelegraphNoise{.threshold = static_cast<std::uint32_t>(std::min(std::nearbyint(std::ldexp(noise.telegraph_probability, 32)),
                                                                            double{std::numeric_limits<std::uint32_t>::max()})),
                           .amplitude = static_cast<float>(noise.telegraph_amplitude),
                           .removed = static_cast<float>(std::ldexp(noise.removed, fixed_.fraction_bits))};
    }

    /// What telegraph noise takes from a cell's current at the largest input at most.
    [[nodiscard]] std::int64_t largest_loss(std::int16_t cell) const {
        if (!made_.telegraph) return 0;
        const double own = std::abs(static_cast<double>(cell) + double{made_.telegraph->removed});
        return static_cast<std::int64_t>(std::ceil(own * arrays_.largest_input() * double{made_.telegraph->amplitude})) + 1;
    }

    void measure_currents() {
        const std::int64_t input = arrays_.largest_input();
        const auto noise = static_cast<std::int64_t>(std::min(std::ceil(double{made_.largest_noise}), 2.0 * kLargestCurrent));
        for (std::size_t first = 0; first < fixed_.cells.size(); first += fixed_.columns)
            for (std::size_t column = 0; column < fixed_.columns; ++column) {
                const std::int64_t current = input * fixed_.cells[first + column];
                const std::int64_t lost = largest_loss(fixed_.cells[first + column]);
                bounds_[column].least += std::min<std::int64_t>(current, 0) - lost;
                bounds_[column].most += std::max<std::int64_t>(current, 0) + lost;
            }
        for (std::size_t column = 0; column < fixed_.columns; ++column) {
            const std::int64_t offset = fixed_.offsets.empty() ? 0 : fixed_.offsets[column];
            bounds_[column].least += offset - noise;
            bounds_[column].most += offset + noise;
            all_.widen(bounds_[column]);
        }
    }

    using Rules = std::array<std::size_t, kMostReads>;

    /// The numbers of the rules of a run's converter in each read. Unit columns are converted alike in all.
    std::optional<Rules> rules_of(const ColumnRun& run) {
        const std::uint64_t instance = arrays_.design.adc->alike() ? 0 : arrays_.converter(index_, run.polarity, run.group);
        const bool of_units = run.first >= arrays_.layout.columns();
        Rules rules{};
        for (std::size_t r = 0; r < arrays_.reads.size(); ++r) {
            const periphery::Adc& adc =
                of_units ? *arrays_.design.adc : arrays_.adc(run.first / std::size_t(arrays_.layout.out), arrays_.reads[r]);
            const auto rule = rule_of(adc, instance, run.exponent);
            if (!rule) return std::nullopt;
            rules[r] = *rule;
        }
        return rules;
    }

    std::optional<std::size_t> rule_of(const periphery::Adc& adc, std::uint64_t instance, int exponent) {
        const auto known = rules_.find({&adc, instance, exponent});
        if (known != rules_.end()) return known->second;
        if (static_cast<double>(all_.most) > kLargestCurrent || static_cast<double>(all_.least) < -kLargestCurrent) return std::nullopt;
        auto rule = fixed_rule({adc, instance, fixed_.fraction_bits, exponent}, static_cast<std::int32_t>(all_.least),
                               static_cast<std::int32_t>(all_.most));
        if (!rule) return std::nullopt;
        made_.rules.push_back(std::move(*rule));
        return rules_[{&adc, instance, exponent}] = made_.rules.size() - 1;
    }

    void add_strip(const ColumnRun& run, const Rules& rules, std::size_t first, std::size_t columns) {
        AnalogBlock::Strip strip;
        strip.first_column = first;
        strip.columns = static_cast<int>(columns);
        strip.exponent = run.exponent;
        strip.rules = rules;
        Bounds bounds;
        for (std::size_t i = 0; i < columns; ++i) {
            bounds.widen(bounds_[first + i]);
            const auto& weights = arrays_.blocks[index_].weights;
            strip.weights[i] = first < weights.size() ? weights[first + i] * (1 << run.exponent) : 1;
        }
        for (std::size_t r = 0; r < arrays_.reads.size(); ++r) {
            const FixedRule& rule = made_.rules[rules[r]];
            strip.may_clip = strip.may_clip || bounds.least < rule.lowest_kept || bounds.most > rule.largest_kept;
        }
        made_.strips.push_back(strip);
        made_.cells.push_back(paired(fixed_.cells, first, columns));
        if (!fixed_.variances.empty()) made_.variances.push_back(paired(fixed_.variances, first, columns));
        if (fixed_.offsets.empty()) return;
        auto& offsets = made_.offsets.emplace_back(kStripColumns);
        std::copy_n(fixed_.offsets.begin() + std::ptrdiff_t(first), columns, offsets.begin());
    }

    [[nodiscard]] std::vector<PairedRows> paired(const std::vector<std::int16_t>& cells, std::size_t first, std::size_t columns) const {
        std::vector<PairedRows> result(std::size_t(made_.pairs));
        for (std::size_t row = 0; row < std::size_t(fixed_.rows); ++row)
            for (std::size_t i = 0; i < columns; ++i) result[row / 2].cells[i * 2 + row % 2] = cells[row * fixed_.columns + first + i];
        return result;
    }

    void add_unit_weights() {
        const ArrayLayout& layout = arrays_.layout;
        if (layout.unit_columns == 0) return;
        for (int polarity = 0; polarity < layout.polarities; ++polarity)
            for (int slice = 0; slice < layout.slices; ++slice)
                for (int channel = 0; channel < layout.out; ++channel) {
                    const std::int64_t weight = arrays_.blocks[index_].unit_weights[layout.column(polarity, slice, channel)];
                    const int array = polarity * layout.column_groups + layout.group(slice, channel);
                    if (weight != 0) made_.unit_weights.push_back({std::size_t(channel), std::size_t(array), weight});
                }
    }

    /// Whether the weighted codes of every channel stay within 32 bits, the background's taken away or not.
    [[nodiscard]] bool sums_fit() const {
        std::int64_t inputs = 0;
        for (const auto& read : arrays_.reads) inputs += std::abs(read.weight());
        std::vector<std::int64_t> sums(std::size_t(arrays_.layout.out));
        for (const auto& strip : made_.strips) {
            const std::int64_t background = arrays_.background_codes(std::int64_t{fixed_.rows} * arrays_.largest_input(), strip.exponent);
            std::int64_t code = 0;
            for (std::size_t r = 0; r < arrays_.reads.size(); ++r) {
                const FixedRule& rule = made_.rules[strip.rules[r]];
                code = std::max({code, std::abs(std::int64_t{rule.lowest_code}), std::abs(std::int64_t{rule.largest_code})});
            }
            for (int i = 0; i < strip.columns; ++i)
                sums[(strip.first_column + std::size_t(i)) % sums.size()] +=
                    std::abs(std::int64_t{strip.weights[i]}) * (code + std::abs(background));
        }
        return *std::max_element(sums.begin(), sums.end()) * inputs <= std::numeric_limits<std::int32_t>::max();
    }

    const ProgrammedArrays& arrays_;
    std::size_t index_;
    FixedBlock fixed_;
    std::vector<Bounds> bounds_;  ///< of every column's current, offset and noise
    Bounds all_;
    std::map<std::tuple<const periphery::Adc*, std::uint64_t, int>, std::size_t> rules_;
    AnalogBlock made_;
};

}  // namespace

std::optional<AnalogBlock> analog_block(const ProgrammedArrays& arrays, std::size_t index) { return Cutter(arrays, index).cut(); }

}  // namespace berth::crossbar
