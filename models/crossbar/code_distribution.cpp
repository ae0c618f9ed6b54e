// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/code_distribution.hpp"

#include "models/crossbar/fixed_rule.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <span>
#include <tuple>
#include <utility>

namespace berth::crossbar {
namespace {

constexpr std::uint32_t kBuckets = 1u << CodeDistribution::kGuideBits;
constexpr int kMostRows = 255;  ///< that counts of one byte hold
constexpr std::int64_t kMostOutcomes = 255;
constexpr double kFarthest = 7.0;      ///< standard deviations; what lies beyond is less than a word's 2^-32
constexpr double kNegligible = 1e-14;  ///< probability of a number of cells held back
constexpr int kFractionBits = 14;
constexpr std::uint32_t kBeyond = 0xffffffffu;  ///< a least word that none reaches

double normal_below(double distance) { return 0.5 * std::erfc(-distance / std::numbers::sqrt2); }

/// Probabilities that 0, 1, 2, ... of `count` are held back, and from where they count.
struct Binomial {
    int first = 0;
    std::vector<double> probabilities;
};

Binomial binomial(int count, double probability) {
    Binomial result;
    for (int held = 0; held <= count; ++held) {
        const double logarithm = std::lgamma(count + 1.0) - std::lgamma(held + 1.0) - std::lgamma(count - held + 1.0);
        const double here = std::exp(logarithm) * std::pow(probability, held) * std::pow(1.0 - probability, count - held);
        if (here < kNegligible && !result.probabilities.empty()) break;
        if (here < kNegligible) ++result.first;
        if (here >= kNegligible) result.probabilities.push_back(here);
    }
    return result;
}

/// Adds the entries of one number of ones.
void guide(const std::vector<std::uint32_t>& thresholds, std::vector<std::uint32_t>& entries) {
    const auto end = std::lower_bound(thresholds.begin(), thresholds.end(), kBeyond);
    auto next = thresholds.begin();
    for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
        constexpr int kWithin = 32 - CodeDistribution::kGuideBits;
        const std::uint32_t first = bucket << kWithin;
        while (next != end && *next <= first) ++next;
        const auto last = std::find_if(next, end, [&](std::uint32_t word) { return word > (first | ((1u << kWithin) - 1)); });
        const auto outcome = static_cast<std::uint32_t>(next - thresholds.begin()), more = static_cast<std::uint32_t>(last - next);
        // Without a threshold, the bits that need them lie between one and zero; with too many, everywhere.
        std::uint32_t lowest = more == 0 ? 1 : *next >> 16 & CodeDistribution::kSecond;
        std::uint32_t highest = more == 0 ? 0 : *(last - 1) >> 16 & CodeDistribution::kSecond;
        if (more > CodeDistribution::kMost) lowest = 0, highest = CodeDistribution::kSecond;
        entries.push_back(outcome << 24 | (more & CodeDistribution::kMost) << (2 * CodeDistribution::kSecondBits) |
                          lowest << CodeDistribution::kSecondBits | highest);
    }
}

std::uint32_t word_of(double probability) {
    return static_cast<std::uint32_t>(std::clamp(std::nearbyint(probability * 0x1.0p32), 0.0, 0x1.0p32 - 1.0));
}

/// Where the outcome begins that is read at `begin` and not one unit below, both in fixed point.
double boundary(const periphery::Adc& adc, int exponent, std::int32_t begin) {
    const auto outcome = [&](double current) {
        const double seen = std::ldexp(current, -exponent);
        std::int32_t code = 0;
        const bool clipped = adc.convert(std::span(&seen, 1), std::span(&code, 1)) != 0;
        return std::pair(code, clipped);
    };
    double low = std::ldexp(begin - 1, -kFractionBits), high = std::ldexp(begin, -kFractionBits);
    const auto wanted = outcome(high);
    for (int halving = 0; halving < 40; ++halving) {
        const double middle = 0.5 * (low + high);
        (outcome(middle) == wanted ? high : low) = middle;
    }
    return high;
}

}  // namespace

CodeDistribution::CodeDistribution(const CrossbarDesign& design, int rows) : cells_(design.cells), adc_(design.adc), rows_(rows) {
    const ReadNoise& noise = design.cells->noise();
    for (std::size_t level = 0; level < 2; ++level) {
        levels_[level] = design.cells->levels()[level];
        variances_[level] = noise.level_variances.empty() ? 0.0 : noise.level_variances[level];
        telegraph_losses_[level] = noise.telegraph_amplitude * (levels_[level] + noise.removed);
    }
    telegraph_probability_ = noise.telegraph_probability;
    sense_variance_ = design.sense.noise_sigma * design.sense.noise_sigma;
    const bool telegraph_at_zero = telegraph_probability_ > 0.0 && telegraph_losses_[0] != 0.0;
    by_ones_alone_ = levels_[0] == 0.0 && variances_[0] == 0.0 && !telegraph_at_zero;
}

std::shared_ptr<const CodeDistribution> CodeDistribution::make(const CrossbarDesign& design, int rows, int exponent) {
    using Key = std::tuple<const CellModel*, const periphery::Adc*, double, int, int>;
    const CellModel& cells = *design.cells;
    if (!cells.nominal() || cells.levels().size() != 2 || design.dac.bits != 1 || design.dac.narrow() || !design.adc->alike() ||
        design.sense.offset_sigma > 0.0)
        return nullptr;
    static std::mutex mutex;
    static std::map<Key, std::weak_ptr<const CodeDistribution>> all;
    const std::lock_guard lock(mutex);
    std::erase_if(all, [](const auto& entry) { return entry.second.expired(); });
    auto& known = all[{design.cells.get(), design.adc.get(), design.sense.noise_sigma, rows, exponent}];
    if (auto shared = known.lock()) return shared;
    auto distribution = made(design, rows, exponent);
    known = distribution;
    return distribution;
}

std::shared_ptr<const CodeDistribution> CodeDistribution::made(const CrossbarDesign& design, int rows, int exponent) {
    const std::shared_ptr<CodeDistribution> result(new CodeDistribution(design, rows));
    if (rows > kMostRows || !result->find_outcomes(exponent)) return nullptr;
    const std::size_t tables = result->by_ones_alone_ ? 1 : std::size_t(rows) + 1;
    result->made_ = std::vector<std::once_flag>(tables);
    result->columns_.resize(tables);
    return result;
}

bool CodeDistribution::find_outcomes(int exponent) {
    double least = 0.0, most = 0.0;
    for (std::size_t level = 0; level < 2; ++level) {
        const double whole = rows_ * levels_[level], lost = telegraph_probability_ > 0.0 ? rows_ * telegraph_losses_[level] : 0.0;
        least = std::min({least, whole, whole - lost});
        most = std::max({most, whole, whole - lost});
    }
    const double noise = kFarthest * std::sqrt(rows_ * std::max(variances_[0], variances_[1]) + sense_variance_) + 1.0;
    least = std::ldexp(std::floor(least - noise), kFractionBits);
    most = std::ldexp(std::ceil(most + noise), kFractionBits);
    if (least < -0x1.0p30 || most > 0x1.0p30) return false;
    const auto rule = fixed_rule({*adc_, 0, kFractionBits, exponent}, static_cast<std::int32_t>(least), static_cast<std::int32_t>(most));
    if (!rule || rule->lowest_kept > rule->largest_kept) return false;
    lowest_code_ = rule->lowest_code;
    largest_code_ = rule->largest_code;
    clips_below_ = rule->lowest_kept > rule->least;
    clips_above_ = rule->largest_kept < rule->most;
    std::vector<std::int32_t> begins(rule->thresholds.begin(), rule->thresholds.end() - 1);
    if (clips_below_) begins.insert(begins.begin(), rule->lowest_kept);
    if (clips_above_) begins.push_back(rule->largest_kept + 1);
    if (static_cast<std::int64_t>(begins.size()) + 1 > kMostOutcomes || !std::is_sorted(begins.begin(), begins.end())) return false;
    outcomes_ = static_cast<std::int32_t>(begins.size()) + 1;
    for (const std::int32_t begin : begins) boundaries_.push_back(boundary(*adc_, exponent, begin));
    return true;
}

const CodeDistribution::Columns& CodeDistribution::columns(int active) const {
    const std::size_t place = by_ones_alone_ ? 0 : std::size_t(active);
    std::call_once(made_[place], [&] { tabulate(by_ones_alone_ ? rows_ : active, columns_[place]); });
    return columns_[place];
}

std::vector<CodeDistribution::Component> CodeDistribution::components(int ones, int others) const {
    const double mean = ones * levels_[1] + others * levels_[0];
    if (telegraph_probability_ == 0.0) return {{mean, 1.0}};
    const Binomial held_ones = binomial(ones, telegraph_probability_);
    const Binomial held_others = telegraph_losses_[0] != 0.0 ? binomial(others, telegraph_probability_) : Binomial{0, {1.0}};
    std::vector<Component> parts;
    for (std::size_t i = 0; i < held_ones.probabilities.size(); ++i)
        for (std::size_t j = 0; j < held_others.probabilities.size(); ++j) {
            const double lost = (held_ones.first + static_cast<double>(i)) * telegraph_losses_[1] +
                                (held_others.first + static_cast<double>(j)) * telegraph_losses_[0];
            const double probability = held_ones.probabilities[i] * held_others.probabilities[j];
            if (probability > kNegligible) parts.push_back({mean - lost, probability});
        }
    return parts;
}

std::vector<std::uint32_t> CodeDistribution::thresholds(int ones, int others) const {
    const double sigma = std::sqrt(ones * variances_[1] + others * variances_[0] + sense_variance_);
    std::vector<double> below(boundaries_.size());
    for (const auto& [mean, probability] : components(ones, others))
        for (std::size_t i = 0; i < boundaries_.size(); ++i) {
            const double gap = boundaries_[i] - mean;
            // Without noise a current that meets the boundary is not below it.
            if (gap > kFarthest * sigma) below[i] += probability;
            if (std::abs(gap) <= kFarthest * sigma && sigma > 0.0) below[i] += probability * normal_below(gap / sigma);
        }
    std::vector<std::uint32_t> words(below.size());
    std::transform(below.begin(), below.end(), words.begin(), word_of);
    return words;
}

void CodeDistribution::tabulate(int active, Columns& columns) const {
    for (int ones = 0; ones <= active; ++ones) {
        const auto words = thresholds(ones, by_ones_alone_ ? 0 : active - ones);
        columns.thresholds.insert(columns.thresholds.end(), words.begin(), words.end());
        guide(words, columns.guide);
    }
}

std::int32_t CodeDistribution::outcome(const Columns& columns, int ones, std::uint32_t word) const {
    const auto first = columns.thresholds.begin() + std::ptrdiff_t{ones} * (outcomes_ - 1);
    return static_cast<std::int32_t>(std::upper_bound(first, first + (outcomes_ - 1), std::min(word, kBeyond - 1)) - first);
}

std::optional<std::int32_t> CodeDistribution::outcome_of_half(const Columns& columns, int ones, std::uint32_t half) const {
    const auto first = columns.thresholds.begin() + std::ptrdiff_t{ones} * (outcomes_ - 1), last = first + (outcomes_ - 1);
    const auto next = std::upper_bound(first, last, half << 16);
    // Between the two ends of the lower half.
    if (next != last && *next <= std::min(half << 16 | 0xffffu, kBeyond - 1)) return std::nullopt;
    return static_cast<std::int32_t>(next - first);
}

std::int32_t CodeDistribution::code(std::int32_t outcome) const {
    return std::clamp(outcome - outcome_of_code_zero(), lowest_code_, largest_code_);
}

}  // namespace berth::crossbar
