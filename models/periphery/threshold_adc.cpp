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

/// A converter whose every code is one that the search can give.
AdcParams seen_by(const Search& search, AdcParams params) {
    params.bits = search.reach - search.skipped;
    params.step = std::ldexp(params.step, search.skipped);
    return params;
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

Transfer transfer_of(const std::vector<double>& transitions, std::size_t rise) {
    std::vector<double> thresholds;
    for (std::size_t i = 1; i + 1 < transitions.size(); ++i) thresholds.insert(thresholds.end(), rise, transitions[i]);
    std::sort(thresholds.begin(), thresholds.end());
    return {.thresholds = std::move(thresholds), .lowest = transitions.front(), .highest = transitions.back()};
}

bool nominal_lossless(const AdcParams& params, std::int64_t largest) {
    int exponent = 0;
    const bool whole_codes_per_unit = params.step <= 1.0 && std::frexp(params.step, &exponent) == 0.5;
    return whole_codes_per_unit && static_cast<double>(largest) / params.step <= static_cast<double>((1 << params.bits) - 1);
}

ThresholdAdc::ThresholdAdc(const AdcParams& params, std::uint64_t seed, bool mismatch, std::optional<Search> search)
    : params_(params),
      seed_(seed),
      alike_(!mismatch && params.offset_sigma == 0.0 && params.gain_sigma == 0.0),
      search_(search.value_or(Search{.reach = params.bits, .skipped = 0, .decided = params.bits})),
      nominal_(nominal_transitions(seen_by(search_, params))),
      common_(made(std::nullopt)) {}

Transfer ThresholdAdc::made(std::optional<std::uint64_t> instance) const {
    const std::size_t full_scale = std::size_t{1} << params_.bits, rise = std::size_t{1} << search_.skipped;
    std::vector<double> deviations(full_scale + 1);
    double offset = params_.offset, gain = params_.gain;
    if (instance) {
        const DrawKey key = draw_key(seed_, kConverter, *instance);
        const auto common = normals(philox({kCommonParts, 0, 0, 0}, key));
        offset += params_.offset_sigma * common[0];
        gain += params_.gain_sigma * common[1];
        deviate(narrowed(key, {kOwnParts, 0, 0, 0}), std::span(deviations).subspan(1, deviations.size() - 2));
    }
    std::vector<double> transitions(nominal_.size());
    for (std::size_t i = 0; i < transitions.size(); ++i) {
        const std::size_t code = i * rise;
        const double place = static_cast<double>(code) / static_cast<double>(full_scale);
        const double bow = 4.0 * params_.inl * place * (1.0 - place);
        transitions[i] = nominal_[i] + params_.step * (deviations[code] + offset + gain * static_cast<double>(code) + bow);
    }
    return transfer_of(transitions, rise);
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
    return alike_ && search_.whole(params_.bits) && params_.offset == 0.0 && params_.gain == 0.0 && params_.inl == 0.0 &&
           nominal_lossless(params_, largest);
}

std::optional<Transfer> ThresholdAdc::transfer(std::uint64_t instance) const { return remembered(instance); }

}  // namespace berth::periphery
