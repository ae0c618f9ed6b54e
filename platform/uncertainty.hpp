// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/config.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace berth::platform {

/// Named results of a platform: "area_mm2.total" and the like, in the same order whatever the constants.
using Totals = std::vector<std::pair<std::string, double>>;

/// What the totals become where sources differ. Rows in use that have a range are drawn, each by itself but for those that share
/// another's draw: triangular in the logarithm, from low to high with the row's value as its mode. A draw is Philox's at
/// (seed, row, sample), so neither order nor threads matter, and more samples keep the first ones.
/// @param totals computes them for a platform; called once a sample and twice a row.
/// @return {seed, samples, distribution, totals: {name: {value, p5, p50, p95}}, tornado: {name: [{row, low, high, at_low, at_high}]}};
/// the tornado has a total's value with one row at either end of its range and all others as published, largest change first,
/// rows that change nothing left out.
/// @throws InputError where a row shares the draw of one that no table holds.
[[nodiscard]] boost::json::object uncertainty_block(const PlatformConfig& config, std::uint64_t seed, int samples,
                                                    const std::function<Totals(const PlatformConfig&)>& totals);

/// The block as text: an interval for each total, and under it the rows that matter most.
[[nodiscard]] std::string uncertainty_table(const boost::json::object& block);

/// The factor on a row's value that a uniform number in [0, 1) stands for: the triangular distribution's inverse.
[[nodiscard]] double drawn_factor(const ConstantRow& row, double uniform);

}  // namespace berth::platform
