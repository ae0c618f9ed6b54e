// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/draws.hpp"
#include "models/periphery/adc.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

namespace berth::periphery {

/// The transitions of the exact rule: result[p] is the least double that reads code p or more, before codes are held within the range,
/// p from 0 to 2^bits. Ties go to the even code where `rounding` is nearest.
[[nodiscard]] std::vector<double> nominal_transitions(const AdcParams& params);

/// What a converter of these transitions does, in whatever order they come. Each raises the code by `rise`.
[[nodiscard]] Transfer transfer_of(const std::vector<double>& transitions, std::size_t rise = 1);

/// Whether whole currents from 0 to `largest` each have a code of their own under the exact rule.
[[nodiscard]] bool nominal_lossless(const AdcParams& params, std::int64_t largest);

/// A converter whose transitions lie where its parts as made put them: those of the exact rule, and a deviation of each. Offset, gain
/// error and bow are common to all kinds; deviate adds what is a kind's own. Whatever order the transitions come to lie in, a code is the
/// number of those reached, so it never falls with the current.
class ThresholdAdc : public Adc {
public:
    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override;
    std::size_t convert_by(std::uint64_t instance, std::span<const double> currents, std::span<std::int32_t> codes) const override;
    [[nodiscard]] bool lossless(std::int64_t largest) const override;
    [[nodiscard]] bool alike() const override { return alike_; }
    [[nodiscard]] std::optional<Transfer> transfer(std::uint64_t instance) const override;
    [[nodiscard]] double step() const override { return params_.step; }

protected:
    /// @param mismatch whether the kind's own parts differ from one converter to the next.
    /// @param search where it does not go through all bits: codes it cannot give are missing.
    ThresholdAdc(const AdcParams& params, std::uint64_t seed, bool mismatch, std::optional<Search> search = std::nullopt);

    /// Adds to deviations[p - 1], in codes, what the parts of the converter of this key do to the transition to code p, p from 1 to
    /// 2^bits - 1.
    virtual void deviate(const DrawKey& parts, std::span<double> deviations) const = 0;

    [[nodiscard]] const AdcParams& params() const { return params_; }

private:
    [[nodiscard]] Transfer made(std::optional<std::uint64_t> instance) const;
    [[nodiscard]] const Transfer& remembered(std::uint64_t instance) const;

    AdcParams params_;
    std::uint64_t seed_;
    bool alike_;
    Search search_;
    std::vector<double> nominal_;  ///< to every 2^skipped-th code, and one beyond the reach
    Transfer common_;              ///< of the nominal converter

    /// Converters that have been asked for. Each is a function of seed and instance alone, so the order does not matter.
    mutable std::shared_mutex mutex_;
    mutable std::map<std::uint64_t, std::unique_ptr<const Transfer>> made_;
};

}  // namespace berth::periphery
