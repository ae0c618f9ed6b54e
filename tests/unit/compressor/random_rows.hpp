// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibration.hpp"
#include "compressor/dense.hpp"
#include "tests/unit/compressor/small_image.hpp"

namespace berth::test {

inline compressor::Rows random_rows(Numbers& numbers, Eigen::Index rows, Eigen::Index columns) {
    const auto values = numbers.reals(static_cast<std::size_t>(rows * columns));
    return Eigen::Map<const compressor::Rows>(values.data(), rows, columns);
}

/// Second moments of `samples` random vectors.
inline compressor::Rows random_moments(Numbers& numbers, Eigen::Index size, Eigen::Index samples) {
    const compressor::Rows x = random_rows(numbers, samples, size);
    return x.transpose() * x;
}

inline compressor::SiteCalibration random_site(Numbers& numbers, Eigen::Index out, Eigen::Index in) {
    compressor::SiteCalibration site{random_rows(numbers, in, 1), random_moments(numbers, in, 2 * in),
                                     random_moments(numbers, out, 2 * out)};
    site.outputs /= site.outputs.trace();
    return site;
}

}  // namespace berth::test
