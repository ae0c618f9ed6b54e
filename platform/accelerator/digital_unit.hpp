// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/calendar.hpp"
#include "models/core/tally.hpp"

#include <cstdint>
#include <systemc>

namespace berth::platform {

/// What the digital unit does for one token at one stage.
struct DigitalWork {
    std::int64_t elements = 0;  ///< through the vector lanes, one function each
    std::int64_t macs = 0;
    std::int64_t factor_bytes = 0;  ///< read from the tile's memory for factors, as wide as the multipliers take them

    DigitalWork& operator+=(const DigitalWork& other) {
        elements += other.elements;
        macs += other.macs;
        factor_bytes += other.factor_bytes;
        return *this;
    }
};

/// A tile's digital unit: vector lanes (softmax, GELU, LayerNorm, residual, requantisation) and multiply-accumulate lanes
/// (attention products, classifier). The two work side by side on different tokens; for one token the products come
/// first. Moves time and counts; values are the functional kernels'.
class DigitalUnit : public sc_core::sc_module {
public:
    DigitalUnit(const sc_core::sc_module_name& name, int vector_lanes, int mac_lanes, const sc_core::sc_time& cycle)
        : sc_module(name), vector_lanes_(vector_lanes), mac_lanes_(mac_lanes), cycle_(cycle) {}

    /// Adds the time until the work is through to `delay`.
    /// @return when the products are through, and the lanes take another token's.
    sc_core::sc_time work(const DigitalWork& work, sc_core::sc_time& delay) {
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        const sc_core::sc_time products = pass(macs_, work.macs, mac_lanes_, now + delay);
        delay = pass(vector_, work.elements, vector_lanes_, products) - now;
        done_ += work;
        return products;
    }

    [[nodiscard]] const DigitalWork& done() const { return done_; }
    [[nodiscard]] sc_core::sc_time busy_with_elements() const { return vector_.busy(); }
    [[nodiscard]] sc_core::sc_time busy_with_products() const { return macs_.busy(); }
    [[nodiscard]] const Tally& waits() const { return waits_; }  ///< of everything that is asked for, for its lanes

private:
    [[nodiscard]] sc_core::sc_time pass(Calendar<sc_core::sc_time>& lanes, std::int64_t count, std::int64_t width,
                                        const sc_core::sc_time& asked) {
        if (count == 0) return asked;
        const sc_core::sc_time length = static_cast<double>((count + width - 1) / width) * cycle_;
        const sc_core::sc_time begin = lanes.serve(sc_core::sc_time_stamp(), asked, length);
        waits_.add((begin - asked) / sc_core::sc_time(1, sc_core::SC_PS));
        return begin + length;
    }

    int vector_lanes_, mac_lanes_;
    sc_core::sc_time cycle_;
    Calendar<sc_core::sc_time> vector_, macs_;
    DigitalWork done_;
    Tally waits_;
};

}  // namespace berth::platform
