// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/threshold_adc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace berth::periphery {
namespace {

constexpr std::uint32_t kConverter = 0x61646343;  // "adcC"
constexpr std::uint32_t kCommonParts = 0, kOwnParts = 1;

/// The least double that the rule reads as `code` or more, near where it must be.
template <class Rule>
double transition(double near, double code, const Rule& rule) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    while (rule(near) >= code) near = std::nextafter(near, -infinity);
    while (rule(near) < code) near = std::nextafter(near, infinity);
    return near;
}

std::size_t convert_by_thresholds(const Transfer& transfer, std::span<const double> currents, std::span<std::int32_t> codes) {
    const auto& thresholds = transfer.thresholds;
    std::size_t clipped = 0;
    for (std::size_t column = 0; column < currents.size(); ++column) {
        const double current = currents[column];
        clipped += current < transfer.lowest || current >= transfer.highest;
        codes[column] = static_cast<std::int32_t>(std::upper_bound(thresholds.begin(), thresholds.end(), current) - thresholds.begin());
    }
    return clipped;
}

}  // namespace

std::vector<double> nominal_transitions(const AdcParams& params) {
    const bool nearest = params.rounding == "nearest";
    const auto rule = [&](double current) {
        const double quotient = current / params.step;
        return nearest ? std::nearbyint(quotient) : std::floor(quotient);
    };
    std::vector<double> result;
    for (int code = 0; code <= 1 << params.bits; ++code)
        result.push_back(transition((code - (nearest ? 0.5 : 0.0)) * params.step, code, rule));
    return result;
}

Transfer transfer_of(const std::vector<double>& transitions) {
    std::vector<double> thresholds(transitions.begin() + 1, transitions.end() - 1);
    std::sort(thresholds.begin(), thresholds.end());
    return {.thresholds = std::move(thresholds), .lowest = transitions.front(), .highest = transitions.back()};
}

bool nominal_lossless(const AdcParams& params, std::int64_t largest) {
    int exponent = 0;
    const bool whole_codes_per_unit = params.step <= 1.0 && std::frexp(params.step, &exponent) == 0.5;
    return whole_codes_per_unit && static_cast<double>(largest) / params.step <= static_cast<double>((1 << params.bits) - 1);
}

ThresholdAdc::ThresholdAdc(const AdcParams& params, std::uint64_t seed, bool mismatch)
    : params_(params),
      seed_(seed),
      alike_(!mismatch && params.offset_sigma == 0.0 && params.gain_sigma == 0.0),
      nominal_(nominal_transitions(params)),
      common_(made(std::nullopt)) {}

Transfer ThresholdAdc::made(std::optional<std::uint64_t> instance) const {
    std::vector<double> deviations(nominal_.size());
    double offset = params_.offset, gain = params_.gain;
    if (instance) {
        const DrawKey key = draw_key(seed_, kConverter, *instance);
        const auto common = normals(philox({kCommonParts, 0, 0, 0}, key));
        offset += params_.offset_sigma * common[0];
        gain += params_.gain_sigma * common[1];
        deviate(narrowed(key, {kOwnParts, 0, 0, 0}), std::span(deviations).subspan(1, deviations.size() - 2));
    }
    const auto full_scale = static_cast<double>(nominal_.size() - 1);
    std::vector<double> transitions(nominal_.size());
    for (std::size_t code = 0; code < transitions.size(); ++code) {
        const double place = static_cast<double>(code) / full_scale;
        const double bow = 4.0 * params_.inl * place * (1.0 - place);
        transitions[code] = nominal_[code] + params_.step * (deviations[code] + offset + gain * static_cast<double>(code) + bow);
    }
    return transfer_of(transitions);
}

const Transfer& ThresholdAdc::remembered(std::uint64_t instance) const {
    if (alike_) return common_;
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = made_.find(instance); found != made_.end()) return *found->second;
    }
    auto converter = std::make_unique<const Transfer>(made(instance));
    const std::unique_lock lock(mutex_);
    return *made_.try_emplace(instance, std::move(converter)).first->second;
}

std::size_t ThresholdAdc::convert(std::span<const double> currents, std::span<std::int32_t> codes) const {
    return convert_by_thresholds(common_, currents, codes);
}

std::size_t ThresholdAdc::convert_by(std::uint64_t instance, std::span<const double> currents, std::span<std::int32_t> codes) const {
    return convert_by_thresholds(remembered(instance), currents, codes);
}

bool ThresholdAdc::lossless(std::int64_t largest) const {
    return alike_ && params_.offset == 0.0 && params_.gain == 0.0 && params_.inl == 0.0 && nominal_lossless(params_, largest);
}

std::optional<Transfer> ThresholdAdc::transfer(std::uint64_t instance) const { return remembered(instance); }

}  // namespace berth::periphery
