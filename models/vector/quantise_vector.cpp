// SPDX-License-Identifier: Apache-2.0
#include "models/vector/quantise_vector.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector/quantise_vector.cpp"
#include <hwy/foreach_target.h>

#include "models/vector/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

std::uint32_t largest_of(const std::int32_t* y, std::size_t count) { return largest_by_element({y, count}); }

void quantise_rows(const std::int32_t* y, std::size_t rows, std::size_t width, std::int8_t* q, std::uint32_t* largest, std::int32_t most) {
    quantise_by_element({y, rows * width}, width, {q, rows * width}, {largest, rows}, most);
}

#else

std::uint32_t largest_of(const std::int32_t* y, std::size_t count) {
    const Signed d;
    const Unsigned u;
    UnsignedLanes lanes = hn::Zero(u);
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) lanes = hn::Max(lanes, magnitude_of(hn::LoadU(d, y + i)));
    std::uint32_t largest = hn::GetLane(hn::MaxOfLanes(u, lanes));
    for (; i < count; ++i) largest = std::max(largest, magnitude(y[i]));
    return largest;
}

void quantise_rows(const std::int32_t* y, std::size_t rows, std::size_t width, std::int8_t* q, std::uint32_t* largest, std::int32_t most) {
    const Signed d;
    const hn::Rebind<std::int8_t, Signed> bytes;
    for (std::size_t row = 0; row < rows; ++row, y += width, q += width) {
        largest[row] = largest_of(y, width);
        const Multiplier m = inverse_step(largest[row], most);
        const UnsignedLanes significand = hn::Set(Unsigned(), m.significand);
        std::size_t i = 0;
        for (; i + hn::Lanes(d) <= width; i += hn::Lanes(d))
            hn::StoreU(hn::DemoteTo(bytes, requantised(hn::LoadU(d, y + i), significand, shifter(m.shift))), bytes, q + i);
        for (; i < width; ++i) q[i] = static_cast<std::int8_t>(requantise(y[i], m));
    }
}

#endif

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::vector {

HWY_EXPORT(largest_of);
HWY_EXPORT(quantise_rows);

Multiplier step(std::uint32_t largest, std::int32_t most) { return multiplier(largest == 0 ? 1.0 : largest / double(most)); }

Multiplier inverse_step(std::uint32_t largest, std::int32_t most) {
    return multiplier(largest == 0 ? 1.0 : most / static_cast<double>(largest));
}

float step(float largest, std::int32_t most) { return largest == 0.0f ? 1.0f : largest / static_cast<float>(most); }

std::uint32_t largest_magnitude(std::span<const std::int32_t> y) { return HWY_DYNAMIC_DISPATCH(largest_of)(y.data(), y.size()); }

void quantise(std::span<const std::int32_t> y, std::size_t width, std::span<std::int8_t> q, std::span<std::uint32_t> largest,
              std::int32_t most) {
    HWY_DYNAMIC_DISPATCH(quantise_rows)(y.data(), largest.size(), width, q.data(), largest.data(), most);
}

std::uint32_t largest_by_element(std::span<const std::int32_t> y) {
    std::uint32_t largest = 0;
    for (const std::int32_t value : y) largest = std::max(largest, magnitude(value));
    return largest;
}

void quantise_by_element(std::span<const std::int32_t> y, std::size_t width, std::span<std::int8_t> q, std::span<std::uint32_t> largest,
                         std::int32_t most) {
    for (std::size_t row = 0; row < largest.size(); ++row) {
        largest[row] = largest_by_element(y.subspan(row * width, width));
        const Multiplier m = inverse_step(largest[row], most);
        for (std::size_t i = row * width; i < (row + 1) * width; ++i) q[i] = static_cast<std::int8_t>(requantise(y[i], m));
    }
}

void quantise(std::span<const float> y, std::size_t width, std::span<std::int8_t> q, std::span<float> largest, std::int32_t most) {
    for (std::size_t row = 0; row < largest.size(); ++row) {
        const auto values = y.subspan(row * width, width);
        float found = 0.0f;
        for (const float value : values) found = std::max(found, std::abs(value));
        largest[row] = found;
        const float inverse = found == 0.0f ? 1.0f : static_cast<float>(most) / found;
        for (std::size_t i = 0; i < width; ++i) q[row * width + i] = static_cast<std::int8_t>(std::nearbyint(values[i] * inverse));
    }
}

}  // namespace berth::vector
#endif
