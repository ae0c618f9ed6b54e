// SPDX-License-Identifier: Apache-2.0
#include "platform/repair.hpp"

#include "models/crossbar/encoding.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

namespace berth::platform {
namespace {

using std::int64_t;

/// Of parts in a row, so many of which are in use and the others spare, some of each dead.
Repair::Counts counts_of(int64_t dead_in_use, int64_t dead_spares, int64_t spares) {
    const int64_t working = spares - dead_spares, replaced = std::min(dead_in_use, working);
    return {dead_in_use + dead_spares, replaced, 0, working - replaced};
}

void add(Repair::Counts& sum, const Repair::Counts& more) {
    sum.dead += more.dead;
    sum.replaced += more.replaced;
    sum.spares_left += more.spares_left;
}

/// What of a chip works, site by site.
class WorkingParts {
public:
    WorkingParts(const PlatformConfig& config, int64_t tiles, Repair& repair)
        : config_(config), dead_(config.dead_parts, config.seed), repair_(repair), imas_(static_cast<std::size_t>(tiles)) {
        for (int64_t tile = 0; tile < tiles; ++tile) test_imas(tile);
    }

    /// Columns of a site's arrays that work, its first ones by the image's count; none where it has no IMA.
    int columns_of(int64_t site) {
        const auto [found, fresh] = columns_.try_emplace(site, 0);
        if (fresh) found->second = test_columns(site);
        return found->second;
    }

    [[nodiscard]] bool has_ima(int64_t site) const { return ima_of(site) < static_cast<int64_t>(working_imas(site).size()); }

private:
    [[nodiscard]] int64_t tile_of(int64_t site) const { return site / config_.hierarchy.sites_per_tile(); }
    /// Its number in the tile as the image counts.
    [[nodiscard]] int64_t ima_of(int64_t site) const {
        return site % config_.hierarchy.sites_per_tile() / config_.hierarchy.arrays_per_ima;
    }
    [[nodiscard]] const std::vector<int>& working_imas(int64_t site) const { return imas_.at(static_cast<std::size_t>(tile_of(site))); }

    void test_imas(int64_t tile) {
        const mapping::HierarchyParams& hierarchy = config_.hierarchy;
        int64_t in_use = 0, spares = 0;
        for (int ima = 0; ima < hierarchy.imas_per_tile; ++ima) {
            if (!dead_.is_dead({tile, ima}))
                imas_[static_cast<std::size_t>(tile)].push_back(ima);
            else
                ++(ima < hierarchy.imas_in_use() ? in_use : spares);
        }
        add(repair_.imas, counts_of(in_use, spares, hierarchy.spare_imas));
    }

    int test_columns(int64_t site) {
        if (!has_ima(site)) return 0;
        const int ima = working_imas(site)[static_cast<std::size_t>(ima_of(site))];
        const auto array = static_cast<int>(site % config_.hierarchy.arrays_per_ima);
        const std::vector<int> dead = dead_.dead_columns({tile_of(site), ima}, array, config_.crossbar.cols);
        const auto first_spare = std::lower_bound(dead.begin(), dead.end(), config_.array_shape().cols);
        add(repair_.columns,
            counts_of(std::distance(dead.begin(), first_spare), std::distance(first_spare, dead.end()), config_.hierarchy.spare_columns));
        return config_.crossbar.cols - static_cast<int>(dead.size());
    }

    const PlatformConfig& config_;
    DeadParts dead_;
    Repair& repair_;
    std::vector<std::vector<int>> imas_;        ///< that work, by tile
    std::unordered_map<int64_t, int> columns_;  ///< that work, by site
};

}  // namespace

Repair repair_of(std::span<const mapping::PlacedPlane> planes, int64_t tiles, const PlatformConfig& config) {
    Repair repair;
    repair.lost.resize(planes.size());
    WorkingParts working(config, tiles, repair);
    const int unit_columns = crossbar::make_encoding(config.crossbar.encoding)->unit_columns();
    std::set<int64_t> lost_imas;
    const int64_t arrays = config.hierarchy.arrays_per_ima;
    for (std::size_t index = 0; index < planes.size(); ++index) {
        const mapping::PlacedPlane& placed = planes[index];
        for (const mapping::ColumnBlock& block : placed.blocks.list())
            for (int polarity = 0; polarity < placed.polarities; ++polarity)
                for (int row_block = 0; row_block < placed.row_blocks; ++row_block) {
                    const int64_t site = block.site + polarity * block.polarity_sites + row_block;
                    const int64_t there = std::max<int64_t>(0, working.columns_of(site) - unit_columns - block.column);
                    for (int64_t column = there; column < block.columns; ++column)
                        repair.lost[index].push_back({row_block, polarity, block.first + column});
                    if (there >= block.columns) continue;
                    if (working.has_ima(site))
                        repair.columns.lost += block.columns - there;
                    else
                        lost_imas.insert(site / arrays);
                    repair.lost_on = site / config.hierarchy.sites_per_tile();
                }
    }
    repair.imas.lost = static_cast<int64_t>(lost_imas.size());
    return repair;
}

bool tests_itself(const PlatformConfig& config) {
    return config.dead_parts.any() || config.hierarchy.spare_imas > 0 || config.hierarchy.spare_columns > 0;
}

NoSpare::NoSpare(const Repair& repair, const PlatformConfig& config)
    : InputError(config.name + ":dead_parts",
                 "leave " + std::to_string(repair.imas.lost) + " IMAs and " + std::to_string(repair.columns.lost) +
                     " columns that the image needs without a spare, on tile " + std::to_string(repair.lost_on.value_or(0)) + " for one",
                 "more of hierarchy.spare_imas or hierarchy.spare_columns, or dead_parts.policy run") {}

boost::json::value repair_block(const Repair& repair, const PlatformConfig& config) {
    if (!tests_itself(config)) return nullptr;
    const auto block = [](const Repair::Counts& counts) {
        return boost::json::object{
            {"dead", counts.dead}, {"replaced", counts.replaced}, {"lost", counts.lost}, {"spares_left", counts.spares_left}};
    };
    return boost::json::object{{"imas", block(repair.imas)}, {"columns", block(repair.columns)}};
}

}  // namespace berth::platform
