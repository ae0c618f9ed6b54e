// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/cell_deviation.hpp"

namespace berth::crossbar {

/// sigma times the highest level's conductance, whatever the cell's own.
[[nodiscard]] std::unique_ptr<const Deviation> make_constant_deviation(const DeviationContext& context);

/// sigma times the cell's own conductance.
[[nodiscard]] std::unique_ptr<const Deviation> make_proportional_deviation(const DeviationContext& context);

/// A polynomial of g / g_max in microsiemens, at 1 s; rows c0 to c4 at 1 s, g_max.
[[nodiscard]] std::unique_ptr<const Deviation> make_wan_programming(const DeviationContext& context);

/// What its variance has grown by since 1 s; rows c0 to c4 at 1 s, 1 day and 2 days, g_max.
[[nodiscard]] std::unique_ptr<const Deviation> make_wan_retention(const DeviationContext& context);

/// c0 + c1 g in microsiemens; rows c0, c1.
[[nodiscard]] std::unique_ptr<const Deviation> make_cmo_programming(const DeviationContext& context);

/// Relaxation: mean m ln t, standard deviation s0 + s1 ln t, in microsiemens; rows m, s1, s0.
[[nodiscard]] std::unique_ptr<const Deviation> make_cmo_relaxation(const DeviationContext& context);

/// c log10(g) sqrt(ln((t + d) / (2 d))) in microsiemens; rows c, d.
[[nodiscard]] std::unique_ptr<const Deviation> make_cmo_read_noise(const DeviationContext& context);

}  // namespace berth::crossbar
