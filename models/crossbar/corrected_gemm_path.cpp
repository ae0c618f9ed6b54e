// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/corrected_gemm_path.hpp"

#include "models/core/gemm.hpp"
#include "models/crossbar/bit_plane_path.hpp"

namespace berth::crossbar {
namespace {

class CorrectedGemmPath final : public ReadPath {
public:
    CorrectedGemmPath(std::shared_ptr<const ProgrammedArrays> arrays, std::span<const std::int8_t> weights,
                      std::vector<std::size_t> channels, std::unique_ptr<const ReadPath> clipping)
        : arrays_(std::move(arrays)),
          weights_(weights.begin(), weights.end()),
          channels_(std::move(channels)),
          clipping_(std::move(clipping)) {}

    [[nodiscard]] std::string_view name() const override { return "corrected_gemm"; }

    [[nodiscard]] std::uint64_t read(const ArrayProduct& product) const override {
        if (!product.codes.empty()) return make_bit_plane_path(arrays_)->read(product);
        const auto out = std::size_t(arrays_->layout.out), tokens = std::size_t(product.tokens);
        std::vector<std::int32_t> exact(tokens * out);
        gemm(product.x, weights_, exact, product.tokens, arrays_->layout.in, arrays_->layout.out);
        std::vector<std::int64_t> clipped(tokens * channels_.size());
        const std::uint64_t count = clipping_->read({.x = product.x, .tokens = product.tokens, .sums = clipped, .codes = {}, .key = {}});

        const std::int64_t codes_per_unit = arrays_->codes_per_unit();
        for (std::size_t token = 0; token < tokens; ++token) {
            std::int32_t* const row = exact.data() + token * out;
            const auto sums = product.sums.subspan(token * out, out);
            for (std::size_t i = 0; i < channels_.size(); ++i) {
                sums[channels_[i]] += clipped[token * channels_.size() + i];
                row[channels_[i]] = 0;
            }
            for (std::size_t channel = 0; channel < out; ++channel) sums[channel] += row[channel] * codes_per_unit;
        }
        return count;
    }

private:
    std::shared_ptr<const ProgrammedArrays> arrays_;
    std::vector<std::int8_t> weights_;
    std::vector<std::size_t> channels_;  ///< that can clip
    std::unique_ptr<const ReadPath> clipping_;
};

/// The arrays of some channels alone.
std::shared_ptr<const ProgrammedArrays> arrays_of(const ProgrammedArrays& arrays, std::span<const std::int8_t> weights,
                                                  const std::vector<std::size_t>& channels) {
    const auto in = std::size_t(arrays.layout.in);
    std::vector<std::int8_t> kept;
    for (const std::size_t channel : channels) {
        const auto row = weights.subspan(channel * in, in);
        kept.insert(kept.end(), row.begin(), row.end());
    }
    const auto encoding = make_encoding(arrays.design.crossbar.encoding);
    auto some = std::make_shared<ProgrammedArrays>(
        ProgrammedArrays{.layout = ArrayLayout(static_cast<int>(channels.size()), arrays.layout.in, arrays.layout.magnitude_bits,
                                               arrays.design.crossbar, *encoding),
                         .reads = arrays.reads,
                         .design = arrays.design,
                         .component = arrays.component,
                         .exponents = arrays.exponents,
                         .weight_shifts = arrays.weight_shifts,
                         .blocks = {}});
    some->program(*encoding, kept);
    return some;
}

}  // namespace

std::unique_ptr<const ReadPath> make_corrected_gemm_path(const std::shared_ptr<const ProgrammedArrays>& arrays,
                                                         std::span<const std::int8_t> weights) {
    const periphery::Adc& adc = *arrays->design.adc;
    if (arrays->layout.out < 2 || !arrays->whole_units() || !adc.lossless(arrays->largest_unit_current())) return nullptr;
    const auto currents = arrays->largest_currents();
    std::vector<std::size_t> clipping;
    for (std::size_t channel = 0; channel < currents.size(); ++channel)
        if (!adc.lossless(currents[channel])) clipping.push_back(channel);
    if (clipping.size() == currents.size()) return nullptr;
    auto path = make_bit_plane_path(arrays_of(*arrays, weights, clipping));
    if (!path) return nullptr;
    return std::make_unique<const CorrectedGemmPath>(arrays, weights, std::move(clipping), std::move(path));
}

}  // namespace berth::crossbar
