// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/fixed_rule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::crossbar {
namespace {

constexpr std::int64_t kMostCodes = 1 << 16;
constexpr std::int32_t kMostBehind = 4;  ///< steps beyond which searching by halves is as fast

struct Conversion {
    std::int32_t code = 0;
    bool clipped = false;
};

/// The converter of one FixedConverter, one current at a time.
class Converter {
public:
    explicit Converter(const FixedConverter& converter) : converter_(converter) {}

    [[nodiscard]] Conversion operator()(std::int32_t current) const {
        const double analogue = std::ldexp(static_cast<double>(current), -(converter_.fraction_bits + converter_.exponent));
        Conversion result;
        result.clipped = converter_.adc.convert_by(converter_.instance, std::span(&analogue, 1), std::span(&result.code, 1)) != 0;
        return result;
    }

    /// The least current from `low` + 1 to `high` for which `holds`; it holds at `high`, not at `low`, and changes once.
    template <class Predicate>
    [[nodiscard]] std::int32_t first(std::int32_t low, std::int32_t high, const Predicate& holds) const {
        while (high - low > 1) {
            const std::int32_t middle = low + (high - low) / 2;
            (holds((*this)(middle)) ? high : low) = middle;
        }
        return high;
    }

private:
    const FixedConverter& converter_;
};

/// Where the converter says that a code begins.
std::optional<std::int32_t> told_threshold(const std::optional<periphery::Transfer>& transfer, int bits, std::int32_t code,
                                           const FixedRule& rule) {
    if (!transfer || code < 1 || std::size_t(code) > transfer->thresholds.size()) return std::nullopt;
    const double current = std::ceil(std::ldexp(transfer->thresholds[std::size_t(code) - 1], bits));
    if (current <= rule.least || current > rule.most) return std::nullopt;
    return static_cast<std::int32_t>(current);
}

/// The least current of every code above the lowest: as the converter tells, if it does as it tells, else found by bisection.
void find_thresholds(const Converter& convert, const std::optional<periphery::Transfer>& transfer, int bits, FixedRule& rule) {
    std::int32_t below = rule.least;
    for (std::int32_t code = rule.lowest_code + 1; code <= rule.largest_code; ++code) {
        // Codes that are missing share a threshold.
        if (convert(below).code >= code) {
            rule.thresholds.push_back(below);
            continue;
        }
        const auto told = told_threshold(transfer, bits, code, rule);
        if (told && convert(*told).code >= code && convert(*told - 1).code < code) {
            rule.thresholds.push_back(below = *told);
            continue;
        }
        below = convert.first(below, rule.most, [code](const Conversion& made) { return made.code >= code; });
        rule.thresholds.push_back(below);
    }
}

/// Where clipping ends and begins, which it does once each.
void find_range(const Converter& convert, FixedRule& rule) {
    rule.lowest_kept = rule.least;
    rule.largest_kept = rule.most;
    const bool clips_below = convert(rule.least).clipped, clips_above = convert(rule.most).clipped;
    if (!clips_below && !clips_above) return;
    std::vector<std::int32_t> candidates = rule.thresholds;
    candidates.insert(candidates.end(), {std::clamp(0, rule.least, rule.most), rule.least, rule.most});
    const auto inside = std::find_if(candidates.begin(), candidates.end(), [&](std::int32_t current) { return !convert(current).clipped; });
    if (inside == candidates.end()) {
        rule.lowest_kept = std::numeric_limits<std::int32_t>::max();
        return;
    }
    if (clips_below) rule.lowest_kept = convert.first(rule.least, *inside, [](const Conversion& made) { return !made.clipped; });
    if (clips_above) rule.largest_kept = convert.first(*inside, rule.most, [](const Conversion& made) { return made.clipped; }) - 1;
}

/// Both being monotonic, a form has the converter's codes everywhere if it has them on either side of every threshold.
bool gives_the_codes(const FixedRule& rule) {
    if (rule.code(rule.least) != rule.lowest_code || rule.code(rule.most) != rule.largest_code) return false;
    for (std::size_t i = 0; i < rule.thresholds.size(); ++i) {
        const std::int32_t code = rule.lowest_code + 1 + static_cast<std::int32_t>(i);
        if (rule.code(rule.thresholds[i]) != code || rule.code(rule.thresholds[i] - 1) != code - 1) return false;
    }
    return true;
}

bool shift_gives_the_codes(double code_current, FixedRule& rule) {
    int exponent = 0;
    if (std::frexp(code_current, &exponent) != 0.5 || exponent < 2 || exponent > 30) return false;
    rule.form = FixedRule::Form::shift;
    rule.shift = exponent - 1;
    return gives_the_codes(rule);
}

bool scale_gives_the_codes(double code_current, FixedRule& rule) {
    const auto nearest = static_cast<float>(1.0 / code_current);
    rule.form = FixedRule::Form::scale;
    for (const float scale : {nearest, std::nextafter(nearest, 0.0f), std::nextafter(nearest, 2.0f * nearest)}) {
        rule.scale = scale;
        if (gives_the_codes(rule)) return true;
    }
    return false;
}

/// How far a guess is from the codes, which being monotonic it shows on either side of the thresholds.
struct Distance {
    std::int32_t above = 0, below = 0;
};

Distance distance(const FixedRule& rule) {
    Distance worst;
    const auto meet = [&](std::int32_t current, std::int32_t code) {
        worst.above = std::max(worst.above, rule.guess(current) - code);
        worst.below = std::max(worst.below, code - rule.guess(current));
    };
    meet(rule.least, rule.lowest_code);
    meet(rule.most, rule.largest_code);
    for (std::size_t i = 0; i < rule.thresholds.size(); ++i) {
        // Of codes that share a threshold only the last is ever read.
        const std::int32_t code = rule.lowest_code + static_cast<std::int32_t>(i);
        if (i == 0 || rule.thresholds[i] != rule.thresholds[i - 1]) meet(rule.thresholds[i] - 1, code);
        if (i + 1 == rule.thresholds.size() || rule.thresholds[i + 1] != rule.thresholds[i]) meet(rule.thresholds[i], code + 1);
    }
    return worst;
}

bool lies_near_the_codes(double code_current, FixedRule& rule) {
    rule.form = FixedRule::Form::near;
    rule.scale = static_cast<float>(1.0 / code_current);
    for (rule.bias = 0.0; rule.bias >= -kMostBehind; rule.bias -= 0.5) {
        const Distance rest = distance(rule);
        rule.behind = rest.below;
        if (rest.above <= 0) return rest.below <= kMostBehind;
    }
    return false;
}

}  // namespace

std::int32_t FixedRule::code(std::int32_t current) const {
    switch (form) {
        case Form::shift: {
            const std::int32_t rounded = current + (1 << (shift - 1)) - 1 + (current >> shift & 1);
            return std::clamp(rounded >> shift, lowest_code, largest_code);
        }
        case Form::scale:
            return guess(current);
        case Form::near: {
            std::int32_t code = guess(current);
            for (int step = 0; step < behind; ++step) code += current >= thresholds[std::size_t(code - lowest_code)];
            return code;
        }
        case Form::thresholds:
            break;
    }
    return lowest_code + static_cast<std::int32_t>(std::upper_bound(thresholds.begin(), thresholds.end(), current) - thresholds.begin());
}

std::int32_t FixedRule::guess(std::int32_t current) const {
    const float code = std::nearbyint(static_cast<float>(current) * static_cast<float>(scale) + static_cast<float>(bias));
    return std::clamp(static_cast<std::int32_t>(code), lowest_code, largest_code);
}

std::optional<FixedRule> fixed_rule(const FixedConverter& converter, std::int32_t least, std::int32_t most) {
    const Converter convert(converter);
    FixedRule rule;
    rule.least = least;
    rule.most = most;
    rule.lowest_code = convert(least).code;
    rule.largest_code = convert(most).code;
    const std::int64_t codes = std::int64_t{rule.largest_code} - rule.lowest_code + 1;
    if (codes < 1 || codes > kMostCodes) return std::nullopt;
    find_thresholds(convert, converter.adc.transfer(converter.instance), converter.fraction_bits + converter.exponent, rule);
    find_range(convert, rule);
    const double code_current = std::ldexp(converter.adc.step(), converter.fraction_bits + converter.exponent);
    FixedRule quick = rule;
    const bool arithmetic = shift_gives_the_codes(code_current, quick) || scale_gives_the_codes(code_current, quick);
    if (arithmetic || lies_near_the_codes(code_current, quick)) rule = quick;
    // The last threshold, which no current reaches, stops those who look at the one above the largest code.
    rule.thresholds.push_back(std::numeric_limits<std::int32_t>::max());
    return rule;
}

}  // namespace berth::crossbar
