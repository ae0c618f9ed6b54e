// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"
#include "models/periphery/threshold_adc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace berth::periphery {
namespace {

/// Binary search against a charge-redistribution DAC (McCreary and Gray, IEEE JSSC 10, 1975). The capacitor of bit k is 2^k units, whose
/// mismatches are independent, so it deviates by sigma * sqrt(2^k) units; one more unit ends the array. The DAC gives
/// 2^bits * (capacitors of the code) / (all capacitors) codes.
class SarAdc final : public ThresholdAdc {
public:
    SarAdc(const AdcParams& params, std::uint64_t seed, std::optional<Search> search = std::nullopt)
        : ThresholdAdc(params, seed, params.capacitor_sigma > 0.0, search) {}

private:
    void deviate(const DrawKey& parts, std::span<double> deviations) const override {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        search(levels(capacitors(parts)), 0, 1 << (params().bits - 1), -infinity, infinity, deviations);
    }

    /// In units, least significant first, and the terminating one behind them.
    [[nodiscard]] std::vector<double> capacitors(const DrawKey& parts) const {
        std::vector<double> units;
        for (int bit = 0; bit <= params().bits; ++bit) {
            const double nominal = bit < params().bits ? std::ldexp(1.0, bit) : 1.0;
            const auto number = static_cast<std::uint32_t>(bit);
            const double draw = normals(philox({number / 4, 0, 0, 0}, parts))[number % 4];
            units.push_back(nominal + params().capacitor_sigma * std::sqrt(nominal) * draw);
        }
        return units;
    }

    /// What the DAC gives for every code, in codes.
    [[nodiscard]] std::vector<double> levels(const std::vector<double>& units) const {
        double all = 0.0;
        for (const double unit : units) all += unit;
        std::vector<double> result(std::size_t{1} << params().bits);
        for (std::size_t code = 1; code < result.size(); ++code)
            for (int bit = 0; bit < params().bits; ++bit)
                if (code >> bit & 1U) result[code] += std::ldexp(units[std::size_t(bit)], params().bits) / all;
        return result;
    }

    /// The comparisons of one branch of the search, which only currents from `least` to `most` come to: a level outside them decides
    /// nothing, and the codes on its far side are missing.
    void search(const std::vector<double>& levels, int kept, int bit, double least, double most, std::span<double> deviations) const {
        if (bit == 0) return;
        const int trial = kept | bit;
        const double decides = std::clamp(levels[std::size_t(trial)], least, most);
        deviations[std::size_t(trial - 1)] += decides - trial;
        search(levels, kept, bit / 2, least, decides, deviations);
        search(levels, trial, bit / 2, decides, most, deviations);
    }
};

/// The same converter with searches of different length. What a shorter one decides, the whole one decides alike.
class AdaptiveSarAdc final : public Adc {
public:
    AdaptiveSarAdc(const AdcParams& params, std::uint64_t seed) : whole_(params, seed) {
        for (int place = 0; place < kPlaces; ++place) {
            const Search search = search_at(params, place);
            stopped_.push_back(search.whole(params.bits) ? nullptr : std::make_unique<const SarAdc>(params, seed, search));
        }
        adapts_ = std::any_of(stopped_.begin(), stopped_.end(), [](const auto& stopped) { return stopped != nullptr; });
    }

    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        return whole_.convert(currents, codes);
    }
    std::size_t convert_by(std::uint64_t instance, std::span<const double> currents, std::span<std::int32_t> codes) const override {
        return whole_.convert_by(instance, currents, codes);
    }
    [[nodiscard]] bool lossless(std::int64_t largest) const override { return !adapts_ && whole_.lossless(largest); }
    [[nodiscard]] bool alike() const override { return whole_.alike(); }
    [[nodiscard]] std::optional<Transfer> transfer(std::uint64_t instance) const override { return whole_.transfer(instance); }
    [[nodiscard]] double step() const override { return whole_.step(); }
    [[nodiscard]] bool adapts() const override { return adapts_; }
    [[nodiscard]] const Adc& at(int place) const override {
        const auto& stopped = stopped_.at(std::size_t(place));
        return stopped ? *stopped : whole_;
    }

private:
    static constexpr int kPlaces = 32;  ///< weights of 8 bits, inputs of 8, and ranges of up to 2^15

    SarAdc whole_;
    std::vector<std::unique_ptr<const SarAdc>> stopped_;  ///< by place; null where the search is whole
    bool adapts_ = false;
};

}  // namespace

Search search_at(const AdcParams& params, int place) {
    Search search;
    search.reach = std::clamp(params.sum_bits - place, 0, params.bits);
    search.skipped = std::clamp(params.dropped_bits - place, 0, search.reach);
    search.decided = search.reach - search.skipped + (search.reach < params.bits ? 1 : 0);
    return search;
}

std::unique_ptr<const Adc> make_sar_adc(const AdcParams& params, std::uint64_t seed) { return std::make_unique<SarAdc>(params, seed); }

std::unique_ptr<const Adc> make_adaptive_sar_adc(const AdcParams& params, std::uint64_t seed) {
    return std::make_unique<AdaptiveSarAdc>(params, seed);
}

}  // namespace berth::periphery
