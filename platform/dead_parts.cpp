// SPDX-License-Identifier: Apache-2.0
#include "platform/dead_parts.hpp"

#include "models/core/draws.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace berth::platform {
namespace {

constexpr const char *kImas = "imas", *kColumns = "columns";

/// What a draw is for, apart from all that others draw under the same seed.
enum class Drawn : std::uint32_t { ima = 0xDEAD0001, column };

/// Lists of numbers in a list, each below its limit.
template <std::size_t Count>
std::vector<std::array<std::int64_t, Count>> read_places(const boost::json::object& json, const char* key,
                                                         const std::array<std::int64_t, Count>& limits, const std::string& expected,
                                                         const std::string& where) {
    const auto& given = detail::required(json, key, where, "a list of " + expected);
    if (!given.is_array()) throw InputError(where, "is " + detail::shown(given), "a list of " + expected);
    std::vector<std::array<std::int64_t, Count>> places;
    for (std::size_t i = 0; i < given.get_array().size(); ++i) {
        const std::string at = where + "[" + std::to_string(i) + "]";
        const auto& place = given.get_array()[i];
        if (!place.is_array() || place.get_array().size() != Count) throw InputError(at, "is " + detail::shown(place), expected);
        for (std::size_t number = 0; number < Count; ++number) {
            const auto& one = place.get_array()[number];
            boost::system::error_code bad;
            const auto value = one.template to_number<std::int64_t>(bad);
            if (bad || value < 0 || value >= limits[number])
                throw InputError(at + "[" + std::to_string(number) + "]", "is " + detail::shown(one),
                                 "a whole number from 0 to " + std::to_string(limits[number] - 1));
            if (number == 0) places.emplace_back();
            places.back()[number] = value;
        }
    }
    return places;
}

void check_keys(const boost::json::object& json, const std::string& where) {
    std::vector<std::string> known{kImas, kColumns};
    std::apply([&](const auto&... field) { (known.emplace_back(field.name), ...); }, DeadPartsParams::fields);
    for (const auto& entry : json)
        if (std::find(known.begin(), known.end(), entry.key()) == known.end())
            throw InputError(where + "." + std::string(entry.key()), "is not known", detail::alternatives(known));
}

}  // namespace

std::vector<std::string> dead_parts_policies() { return {kRefuse, kRun}; }

DeadPartsParams read_dead_parts(const boost::json::value& json, const PartCounts& there, const std::string& where) {
    if (!json.is_object()) throw InputError(where, "is not an object", "an object of parameters");
    boost::json::object rest = json.get_object();
    check_keys(rest, where);
    const auto imas = read_places<2>(rest, kImas, {there.tiles, there.imas}, "[tile, IMA]", where + "." + kImas);
    const auto columns = read_places<4>(rest, kColumns, {there.tiles, there.imas, there.arrays, there.columns},
                                        "[tile, IMA, array, column]", where + "." + kColumns);
    rest.erase(kImas);
    rest.erase(kColumns);
    auto params = read_params<DeadPartsParams>(rest, where);
    for (const auto& [tile, ima] : imas) params.imas.insert({tile, static_cast<int>(ima)});
    for (const auto& [tile, ima, array, column] : columns)
        params.columns.insert({{tile, static_cast<int>(ima)}, static_cast<int>(array), static_cast<int>(column)});
    return params;
}

bool DeadParts::is_dead(const ImaPlace& ima) const {
    if (params_.imas.contains(ima)) return true;
    if (params_.ima_probability <= 0.0) return false;
    const DrawKey key = draw_key(seed_, static_cast<std::uint32_t>(Drawn::ima), static_cast<std::uint64_t>(ima.tile));
    return unit_interval(philox({static_cast<std::uint32_t>(ima.ima), 0, 0, 0}, key)[0]) < params_.ima_probability;
}

std::vector<int> DeadParts::dead_columns(const ImaPlace& ima, int array, int columns) const {
    std::set<int> dead;
    const auto first = params_.columns.lower_bound({ima, array, 0});
    for (auto listed = first; listed != params_.columns.end() && listed->ima == ima && listed->array == array; ++listed)
        dead.insert(listed->column);
    if (params_.column_probability > 0.0) {
        const DrawKey key = draw_key(seed_, static_cast<std::uint32_t>(Drawn::column), static_cast<std::uint64_t>(ima.tile));
        for (int four = 0; four < columns; four += 4) {
            const auto words =
                philox({static_cast<std::uint32_t>(four), static_cast<std::uint32_t>(array), static_cast<std::uint32_t>(ima.ima), 0}, key);
            for (int column = four; column < std::min(columns, four + 4); ++column)
                if (unit_interval(words[static_cast<std::size_t>(column - four)]) < params_.column_probability) dead.insert(column);
        }
    }
    return {dead.begin(), dead.end()};
}

}  // namespace berth::platform
