// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_draws.hpp"

#include "tests/unit/crossbar/cell_statistics.hpp"

#include <set>

namespace berth::crossbar {
namespace {

std::vector<double> sample(bool normal, std::uint64_t seed, int rows, std::size_t columns) {
    const CellDraws draws(seed, 3, 1, 4);
    std::vector<double> all;
    std::vector<float> row(columns);
    for (int i = 0; i < rows; ++i) {
        if (normal)
            draws.normals(CellDraw::programming, 0, i, row);
        else
            draws.uniforms(CellDraw::programming, 0, i, row);
        all.insert(all.end(), row.begin(), row.end());
    }
    return all;
}

TEST(CellDraws, AreNormal) { test::expect_normal(sample(true, 1, 1000, 1000), 0.0, 1.0); }

TEST(CellDraws, AreUniform) {
    const auto uniform = sample(false, 1, 1000, 1000);
    test::expect_moments(uniform, 0.5, std::sqrt(1.0 / 12.0));
    test::expect_distribution(uniform, [](double x) { return x; });
    EXPECT_GT(*std::min_element(uniform.begin(), uniform.end()), 0.0);
    EXPECT_LT(*std::max_element(uniform.begin(), uniform.end()), 1.0);
}

TEST(CellDraws, HaveTheNormalDistributionsTails) {
    const auto normal = sample(true, 2, 2000, 1000);
    for (const double bound : {2.0, 3.0, 4.0}) {
        const auto beyond = std::count_if(normal.begin(), normal.end(), [bound](double x) { return std::abs(x) > bound; });
        test::expect_count(double(beyond), double(normal.size()), 2.0 * test::normal_cdf(-bound));
    }
}

TEST(CellDraws, AreIndependentOfTheirNeighbours) {
    const std::size_t columns = 1000;
    const auto normal = sample(true, 3, 1000, columns);
    const auto correlation = [&](std::size_t distance) {
        double sum = 0.0;
        for (std::size_t i = 0; i + distance < normal.size(); ++i) sum += normal[i] * normal[i + distance];
        return sum / double(normal.size() - distance);
    };
    // Beside, in the other half of a Box-Muller pair, and below.
    for (const std::size_t distance : {std::size_t{1}, std::size_t{16}, std::size_t{32}, columns})
        EXPECT_NEAR(correlation(distance), 0.0, test::kNormalQuantile / 1000.0);
}

TEST(CellDraws, DependOnTheirColumnAndNotOnHowManyAreAskedFor) {
    const CellDraws draws(7, 0, 0, 0);
    std::vector<float> many(300), few(77);
    draws.normals(CellDraw::retention, 2, 5, many);
    draws.normals(CellDraw::retention, 2, 5, few);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST(CellDraws, DifferWithEverythingThatKeysThem) {
    std::set<float> firsts;
    const auto first = [](const CellDraws& draws, CellDraw what, int round, int row) {
        std::vector<float> one(1);
        draws.uniforms(what, round, row, one);
        return one[0];
    };
    firsts.insert(first(CellDraws(1, 0, 0, 0), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(2, 0, 0, 0), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(std::uint64_t{1} << 32 | 1, 0, 0, 0), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(1, 1, 0, 0), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(1, std::uint64_t{1} << 32, 0, 0), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(1, 0, 1, 0), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(1, 0, 0, 1), CellDraw::programming, 0, 0));
    firsts.insert(first(CellDraws(1, 0, 0, 0), CellDraw::retention, 0, 0));
    firsts.insert(first(CellDraws(1, 0, 0, 0), CellDraw::programming, 1, 0));
    firsts.insert(first(CellDraws(1, 0, 0, 0), CellDraw::programming, 0, 1));
    EXPECT_EQ(firsts.size(), 10u);
}

TEST(CellDraws, AreThoseOfPhilox) {
    // The definition, a number at a time: columns 0, 16, 32 and 48 are the four words of one counter.
    const auto drawn = philox({1, 0, 5, 0}, {0x63656C6Cu, 0u});
    const auto words = philox({9u << 16, 2, 3, static_cast<std::uint32_t>(CellDraw::fault_cell) << 16 | 4}, {drawn[0], drawn[1]});
    std::vector<float> row(64);
    CellDraws(1, 5, 3, 2).uniforms(CellDraw::fault_cell, 4, 9, row);
    for (std::size_t w = 0; w < 4; ++w) EXPECT_EQ(row[16 * w], (float(words[w] >> 8) + 0.5f) * 0x1.0p-24f);
}

}  // namespace
}  // namespace berth::crossbar
