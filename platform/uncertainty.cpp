// SPDX-License-Identifier: Apache-2.0
#include "platform/uncertainty.hpp"

#include "models/core/draws.hpp"
#include "models/core/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace berth::platform {
namespace {

constexpr const char* kDistribution = "triangular in the logarithm from low to high, the published value its mode";
constexpr std::size_t kRowsShown = 5;

/// Rows in use that are drawn together, by the row whose draw it is.
using Draws = std::map<std::string, std::vector<const ConstantRow*>>;

Draws draws_of(const PlatformConfig& config) {
    Draws draws;
    for (const std::string& id : config.constants.uncertain()) {
        const ConstantRow& row = config.constants.rows().find(id)->second;
        const std::string& owner = row.range->with.empty() ? id : row.range->with;
        if (!config.constants.rows().contains(owner))
            throw InputError(config.name + ": row " + id, "shares the draw of \"" + owner + "\", which no table holds",
                             "a row of the tables");
        draws[owner].push_back(&row);
    }
    return draws;
}

/// FNV-1a, 64 bits: names a row to the generator.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3u;
    return hash;
}

double uniform(std::uint64_t seed, const std::string& row, int sample) {
    const std::uint64_t name = hash_of(row);
    const DrawKey key{low_word(seed), high_word(seed)};
    return unit_interval(philox({static_cast<std::uint32_t>(sample), 0, low_word(name), high_word(name)}, key)[0]);
}

Totals sampled(const PlatformConfig& config, const Draws& draws, std::uint64_t seed, int sample,
               const std::function<Totals(const PlatformConfig&)>& totals) {
    ConstantTable constants = config.constants;
    for (const auto& [owner, rows] : draws)
        for (const ConstantRow* row : rows) constants.scale(row->id, drawn_factor(*row, uniform(seed, owner, sample)));
    return totals(with_constants(config, std::move(constants)));
}

/// With one draw's rows at an end of their ranges.
Totals at_end(const PlatformConfig& config, const std::vector<const ConstantRow*>& rows, double ConstantRange::*end,
              const std::function<Totals(const PlatformConfig&)>& totals) {
    ConstantTable constants = config.constants;
    for (const ConstantRow* row : rows) constants.scale(row->id, (*row->range).*end / row->value);
    return totals(with_constants(config, std::move(constants)));
}

struct Swing {
    const ConstantRow* row;  ///< the first of those drawn together
    Totals low, high;
};

boost::json::array tornado_of(const std::vector<Swing>& swings, std::size_t total, double value) {
    struct Entry {
        const Swing* swing;
        double low, high;
    };
    std::vector<Entry> entries;
    for (const Swing& swing : swings)
        if (swing.low[total].second != value || swing.high[total].second != value)
            entries.push_back({&swing, swing.low[total].second, swing.high[total].second});
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return std::abs(a.high - a.low) > std::abs(b.high - b.low); });
    boost::json::array list;
    for (const auto& [swing, low, high] : entries)
        list.emplace_back(boost::json::object{{"row", swing->row->id},
                                              {"low", swing->row->range->low},
                                              {"high", swing->row->range->high},
                                              {"unit", swing->row->unit},
                                              {"at_low", low},
                                              {"at_high", high}});
    return list;
}

}  // namespace

double drawn_factor(const ConstantRow& row, double uniform) {
    const double low = std::log(row.range->low), mode = std::log(row.value), high = std::log(row.range->high), width = high - low;
    if (!(width > 0)) return 1.0;
    const bool rising = uniform < (mode - low) / width;
    const double drawn =
        rising ? low + std::sqrt(uniform * width * (mode - low)) : high - std::sqrt((1.0 - uniform) * width * (high - mode));
    return std::exp(drawn - mode);
}

boost::json::object uncertainty_block(const PlatformConfig& config, std::uint64_t seed, int samples,
                                      const std::function<Totals(const PlatformConfig&)>& totals) {
    const Draws draws = draws_of(config);
    const Totals published = totals(config);
    std::vector<std::vector<double>> values(published.size());
    for (int sample = 0; sample < samples; ++sample) {
        const Totals drawn = sampled(config, draws, seed, sample, totals);
        for (std::size_t i = 0; i < drawn.size(); ++i) values[i].push_back(drawn[i].second);
    }
    std::vector<Swing> swings;
    for (const auto& [owner, rows] : draws)
        swings.push_back(
            {rows.front(), at_end(config, rows, &ConstantRange::low, totals), at_end(config, rows, &ConstantRange::high, totals)});

    boost::json::object intervals, tornado;
    for (std::size_t i = 0; i < published.size(); ++i) {
        const auto& [name, value] = published[i];
        intervals[name] = boost::json::object{
            {"value", value}, {"p5", percentile(values[i], 5)}, {"p50", percentile(values[i], 50)}, {"p95", percentile(values[i], 95)}};
        tornado[name] = tornado_of(swings, i, value);
    }
    return {{"seed", seed},
            {"samples", samples},
            {"distribution", kDistribution},
            {"totals", std::move(intervals)},
            {"tornado", std::move(tornado)}};
}

std::string uncertainty_table(const boost::json::object& block) {
    const auto number = [](const boost::json::value& json) { return json.to_number<double>(); };
    std::string out = fmt::format("\nWhere sources differ ({} draws): 90 % of the totals lie between\n", number(block.at("samples")));
    for (const auto& entry : block.at("totals").as_object()) {
        const auto& total = entry.value();
        out += fmt::format("{:<28}{:>12.6g}  {:>12.6g} to {:.6g}\n", std::string(entry.key()), number(total.at("value")),
                           number(total.at("p5")), number(total.at("p95")));
        std::size_t shown = 0;
        for (const auto& row : block.at("tornado").at(entry.key()).as_array()) {
            if (shown++ == kRowsShown) break;
            out += fmt::format("    {:<36}{:>12.6g} to {:<12.6g} with {} to {} {}\n", std::string(row.at("row").as_string()),
                               number(row.at("at_low")), number(row.at("at_high")), number(row.at("low")), number(row.at("high")),
                               std::string(row.at("unit").as_string()));
        }
    }
    return out;
}

}  // namespace berth::platform
