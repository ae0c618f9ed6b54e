// SPDX-License-Identifier: Apache-2.0
#include "models/vector/gelu.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/vector/gelu.cpp"
#include <hwy/foreach_target.h>

#include "models/vector/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace berth::vector::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

std::size_t gelu_row(std::int32_t*, std::size_t) { return 0; }

#else

std::size_t gelu_row(std::int32_t* x, std::size_t count) {
    using namespace gelu_constants;
    const Signed d;
    const Unsigned u;
    std::size_t i = 0;
    for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
        const SignedLanes value = hn::LoadU(d, x + i);
        const UnsignedLanes negative = hn::BitCast(u, hn::ShiftRight<31>(value));
        const UnsignedLanes size = hn::Min(magnitude_of(value), hn::Set(u, kLargest)), inside = hn::Min(size, hn::Set(u, kReach));
        const SignedLanes quarter = hn::BitCast(d, hn::ShiftRight<3>(hn::Sub(hn::Set(u, kReach), inside)));
        const auto times_quarter = [&](SignedLanes p) HWY_ATTR { return hn::ShiftRight<15>(hn::Mul(p, quarter)); };
        SignedLanes p = hn::Add(hn::Set(d, kThird), times_quarter(hn::Set(d, kFourth)));
        p = hn::Add(hn::Set(d, kSecond), times_quarter(p));
        p = times_quarter(hn::Add(hn::Set(d, kFirst), times_quarter(p)));
        const UnsignedLanes lost = hn::ShiftRight<14>(hn::Add(hn::BitCast(u, hn::Mul(p, p)), hn::Set(u, 1u << 13)));
        const UnsignedLanes kept = hn::Or(hn::And(negative, lost), hn::AndNot(negative, hn::Sub(hn::Set(u, 1u << 14), lost)));
        const UnsignedLanes part = hn::ShiftRight<14>(hn::Add(hn::Mul(inside, kept), hn::Set(u, 1u << 13)));
        const UnsignedLanes beyond = hn::AndNot(negative, hn::Sub(size, inside));
        hn::StoreU(signed_as(value, hn::Add(part, beyond)), d, x + i);
    }
    return i;
}

#endif

}  // namespace berth::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::vector {

HWY_EXPORT(gelu_row);

void gelu(std::span<std::int32_t> x) {
    std::size_t i = HWY_DYNAMIC_DISPATCH(gelu_row)(x.data(), x.size());
    for (; i < x.size(); ++i) x[i] = gelu(x[i]);
}

void gelu(std::span<float> x) {
    for (float& value : x) value = gelu(value);
}

}  // namespace berth::vector
#endif
