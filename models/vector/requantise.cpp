// SPDX-License-Identifier: Apache-2.0
#include "models/vector/requantise.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector/requantise.cpp"
#include <hwy/foreach_target.h>

#include "models/vector/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

std::size_t requantise_columns(const std::int32_t*, Multiplier, const Columns&, std::int32_t*, std::size_t) { return 0; }
std::size_t requantise_row(const std::int32_t*, Multiplier, std::int32_t*, std::size_t) { return 0; }
std::size_t add_rows(std::int32_t*, const std::int32_t*, std::size_t) { return 0; }

#else

HWY_INLINE WideLanes shifted(WideLanes product, WideLanes shift) {
    const WideLanes half = hn::Shl(hn::Set(Wide(), 1), hn::Sub(shift, hn::Set(Wide(), 1)));
    return saturated(hn::Shr(hn::Add(product, half), shift));
}

std::size_t requantise_columns(const std::int32_t* accumulators, Multiplier row, const Columns& columns, std::int32_t* y,
                               std::size_t count) {
    const Signed d;
    const Unsigned u;
    const std::size_t lanes = hn::Lanes(d);
    const UnsignedLanes row_significand = hn::Set(u, row.significand);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const SignedLanes q = hn::LoadU(d, accumulators + i);
        const Products factor = products(row_significand, hn::LoadU(u, columns.significands.data() + i));
        const SignedLanes wanted = hn::Add(hn::LoadU(d, columns.shifts.data() + i), hn::Set(d, row.shift - 31));
        const SignedLanes within = hn::Min(hn::Max(wanted, hn::Set(d, 1)), hn::Set(d, 63));
        const WideLanes shift = hn::BitCast(Wide(), within);
        const UnsignedLanes size = magnitude_of(q);
        const WideLanes even = hn::MulEven(size, hn::BitCast(u, hn::ShiftRight<31>(factor.even)));
        const WideLanes odd = hn::MulEven(odd_lanes(size), hn::BitCast(u, hn::ShiftRight<31>(factor.odd)));
        const WideLanes low = hn::And(shift, hn::Set(Wide(), 0xffffffffu));
        const SignedLanes scaled = signed_as(q, join(shifted(even, low), shifted(odd, hn::ShiftRight<32>(shift))));
        hn::StoreU(added(scaled, hn::LoadU(d, columns.offsets.data() + i)), d, y + i);
    }
    return i;
}

std::size_t requantise_row(const std::int32_t* accumulators, Multiplier row, std::int32_t* y, std::size_t count) {
    const Signed d;
    const UnsignedLanes significand = hn::Set(Unsigned(), row.significand);
    const int shift = shifter(row.shift);
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d))
        hn::StoreU(requantised(hn::LoadU(d, accumulators + i), significand, shift), d, y + i);
    return i;
}

std::size_t add_rows(std::int32_t* x, const std::int32_t* y, std::size_t count) {
    const Signed d;
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) hn::StoreU(added(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, x + i);
    return i;
}

#endif

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::vector {

HWY_EXPORT(requantise_columns);
HWY_EXPORT(requantise_row);
HWY_EXPORT(add_rows);

void requantise(std::span<const std::int32_t> accumulators, Multiplier row, const Columns& columns, std::span<std::int32_t> y) {
    std::size_t i = HWY_DYNAMIC_DISPATCH(requantise_columns)(accumulators.data(), row, columns, y.data(), y.size());
    for (; i < y.size(); ++i) y[i] = requantise(accumulators[i], row, columns.factor(i), columns.offsets[i]);
}

void requantise(std::span<const std::int32_t> accumulators, Multiplier row, std::span<std::int32_t> y) {
    std::size_t i = HWY_DYNAMIC_DISPATCH(requantise_row)(accumulators.data(), row, y.data(), y.size());
    for (; i < y.size(); ++i) y[i] = requantise(accumulators[i], row);
}

void add(std::span<std::int32_t> x, std::span<const std::int32_t> y) {
    std::size_t i = HWY_DYNAMIC_DISPATCH(add_rows)(x.data(), y.data(), x.size());
    for (; i < x.size(); ++i) x[i] = saturating_add(x[i], y[i]);
}

}  // namespace berth::vector
#endif
