// SPDX-License-Identifier: Apache-2.0
// Fixed-point arithmetic on whole vectors, lane by lane the same as fixed_point.hpp. Included once for each target.
#if defined(BERTH_VECTOR_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef BERTH_VECTOR_LANES_INL_HPP
#undef BERTH_VECTOR_LANES_INL_HPP
#else
#define BERTH_VECTOR_LANES_INL_HPP
#endif

#include "models/vector/fixed_point.hpp"

#include <hwy/highway.h>

// A processor without vectors has no pairs of lanes to multiply into 64 bits: there the kernels go element by element.
#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Signed = hn::ScalableTag<std::int32_t>;
using Unsigned = hn::ScalableTag<std::uint32_t>;
using Wide = hn::ScalableTag<std::uint64_t>;
using SignedLanes = hn::Vec<Signed>;
using UnsignedLanes = hn::Vec<Unsigned>;
using WideLanes = hn::Vec<Wide>;

/// Products of the even and of the odd lanes, in 64 bits.
struct Products {
    WideLanes even, odd;
};

HWY_INLINE UnsignedLanes odd_lanes(UnsignedLanes v) { return hn::BitCast(Unsigned(), hn::ShiftRight<32>(hn::BitCast(Wide(), v))); }

HWY_INLINE Products products(UnsignedLanes a, UnsignedLanes b) { return {hn::MulEven(a, b), hn::MulEven(odd_lanes(a), odd_lanes(b))}; }

HWY_INLINE UnsignedLanes join(WideLanes even, WideLanes odd) {
    return hn::OddEven(hn::BitCast(Unsigned(), hn::ShiftLeft<32>(odd)), hn::BitCast(Unsigned(), even));
}

HWY_INLINE UnsignedLanes magnitude_of(SignedLanes q) { return hn::BitCast(Unsigned(), hn::Abs(q)); }

/// Negates `size` where q is negative.
HWY_INLINE SignedLanes signed_as(SignedLanes q, UnsignedLanes size) {
    const SignedLanes sign = hn::ShiftRight<31>(q);
    return hn::Sub(hn::Xor(hn::BitCast(Signed(), size), sign), sign);
}

HWY_INLINE WideLanes saturated(WideLanes v) { return hn::Min(v, hn::Set(Wide(), std::uint64_t{kLargest})); }

/// requantise() of every lane by one multiplier, whose shift is within the shifter's span.
HWY_INLINE SignedLanes requantised(SignedLanes q, UnsignedLanes significand, int shift) {
    const WideLanes half = hn::Set(Wide(), std::uint64_t{1} << (shift - 1));
    const Products product = products(magnitude_of(q), significand);
    const auto rounded = [&](WideLanes v) HWY_ATTR { return saturated(hn::ShiftRightSame(hn::Add(v, half), shift)); };
    return signed_as(q, join(rounded(product.even), rounded(product.odd)));
}

HWY_INLINE SignedLanes added(SignedLanes a, SignedLanes b) {
    // Overflow flips a sign that both terms share; the sum then is the largest of that sign.
    const SignedLanes sum = hn::BitCast(Signed(), hn::Add(hn::BitCast(Unsigned(), a), hn::BitCast(Unsigned(), b)));
    const SignedLanes overflow = hn::AndNot(hn::Xor(a, b), hn::Xor(a, sum));
    const SignedLanes limit = signed_as(a, hn::Set(Unsigned(), kLargest));
    const SignedLanes wrapped = hn::IfThenElse(hn::Lt(overflow, hn::Zero(Signed())), limit, sum);
    return hn::Max(wrapped, hn::Set(Signed(), -kLargest));
}

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#endif
