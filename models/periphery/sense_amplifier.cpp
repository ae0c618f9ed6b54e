// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/sense_amplifier.hpp"

namespace berth::periphery {
namespace {

constexpr std::uint32_t kOffsets = 0x73654F66, kNoise = 0x73654E6F;  // "seOf", "seNo"

/// Adds sigma times a normal number to each current: number `first + i` of the stream, four to a counter.
void add_normals(const DrawKey& key, std::uint32_t block, std::size_t first, double sigma, std::span<double> currents) {
    std::array<double, 4> four{};
    for (std::size_t i = 0; i < currents.size(); ++i) {
        const std::size_t number = first + i;
        if (i == 0 || number % 4 == 0) four = normals(philox({low_word(number / 4), high_word(number / 4), block, 0}, key));
        currents[i] += sigma * four[number % 4];
    }
}

}  // namespace

SenseAmplifiers::SenseAmplifiers(const SenseParams& params, std::uint64_t seed, std::uint64_t component)
    : params_(params), offsets_(draw_key(seed, kOffsets, component)), noise_(draw_key(seed, kNoise, component)) {}

void SenseAmplifiers::add_offsets(std::uint32_t block, std::size_t first_column, std::span<double> currents) const {
    if (have_offsets()) add_normals(offsets_, block, first_column, params_.offset_sigma, currents);
}

void SenseAmplifiers::add_noise(const SensedRead& read, std::size_t first_column, std::span<double> currents) const {
    if (!have_noise()) return;
    const DrawKey key = narrowed(noise_, {low_word(read.request), high_word(read.request), read.token, read.read});
    add_normals(key, read.block, first_column, params_.noise_sigma, currents);
}

}  // namespace berth::periphery
