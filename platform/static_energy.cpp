// SPDX-License-Identifier: Apache-2.0
#include "platform/static_energy.hpp"

#include "platform/stage_names.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace berth::platform {
namespace {

class TileTimes {
public:
    TileTimes(std::span<const StageTimes> stages, std::size_t tiles, double span_s) : on_(tiles), span_(span_s) {
        for (const StageTimes& stage : stages) at_work_[stage.name] = std::min(span_s, stage.busy_s + stage.converters_s + stage.network_s);
    }

    void add(const mapping::PlacedPlane& placed) {
        const std::string stage = stage_of_matrix(placed.plane.matrix);
        for (const std::int32_t tile : placed.tiles) need(tile, stage);
        constexpr std::string_view behind_attention = ".attention_output";
        if (!stage.ends_with(behind_attention) || placed.tiles.empty()) return;
        const std::string layer = stage.substr(0, stage.size() - behind_attention.size());
        need(placed.tiles.front(), layer + ".query_key_value");
        need(placed.tiles.front(), layer + ".attention");
    }

    [[nodiscard]] double mean_share() const {
        double sum = 0.0;
        for (const auto& stages : on_) {
            double seconds = 0.0;
            for (const std::string& stage : stages) seconds += at_work_.at(stage);
            sum += std::min(seconds, span_);
        }
        return on_.empty() || span_ == 0.0 ? 0.0 : sum / span_ / static_cast<double>(on_.size());
    }

private:
    void need(std::int32_t tile, const std::string& stage) {
        if (at_work_.contains(stage)) on_[static_cast<std::size_t>(tile)].insert(stage);
    }

    std::vector<std::set<std::string>> on_;  ///< by tile: stages that it is on for
    std::map<std::string, double> at_work_;
    double span_;
};

bool gated(const std::string& path) { return path.starts_with("tile.") && path != "tile.router"; }

}  // namespace

double share_of_tiles_on(const ImageOnChip& on_chip, std::span<const std::string> tasks, std::span<const StageTimes> stages,
                         double span_s) {
    TileTimes tiles(stages, static_cast<std::size_t>(on_chip.image.tiles), span_s);
    for (const auto& placed : on_chip.image.planes)
        if (std::any_of(tasks.begin(), tasks.end(), [&](const std::string& task) { return mapping::is_for(placed.plane.owner, task); }))
            tiles.add(placed);
    return tiles.mean_share();
}

double book_static(Ledger& ledger, const PlatformConfig& config, const ImageOnChip& on_chip, const RestTimes& times) {
    const double tiles_on = config.supply.gating == "tile" ? times.tiles_on : 1.0;
    double sum = 0.0;
    for (const auto& [path, watts] : config.inventory.static_power(on_chip.extent(), config.hierarchy)) {
        const double powered = path.starts_with("tile.ima.") ? times.on_s : times.on_s + times.down_s;
        if (watts > 0.0) ledger.add_static(path, watts, powered * (gated(path) ? tiles_on : 1.0));
        sum += watts;
    }
    return sum;
}

boost::json::object leakage_block(const PlatformConfig& config, const ImageOnChip& on_chip, double tiles_on, double span_s) {
    double always = 0.0, with_gating = 0.0;
    for (const auto& [path, watts] : config.inventory.static_power(on_chip.extent(), config.hierarchy)) {
        always += watts * span_s;
        with_gating += watts * span_s * (gated(path) ? tiles_on : 1.0);
    }
    return {{"always_on_j", always}, {"gated_j", with_gating}, {"tiles_on", tiles_on}};
}

}  // namespace berth::platform
