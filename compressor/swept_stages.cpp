// SPDX-License-Identifier: Apache-2.0
#include "compressor/swept_stages.hpp"

#include "compressor/stage_list.hpp"
#include "compressor/stage_text.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

namespace berth::compressor {
namespace {

constexpr char kBetween = '|';
constexpr const char* kExpected = "one parameter with values in ascending order: rank=2|4|8";
/// They choose settings for the stages behind them.
constexpr std::array<std::string_view, 2> kChoosing{"allocation", "resilience"};

/// The parameter with several values.
struct Swept {
    std::size_t entry;
    std::string key, values;
    std::string where;  ///< leads to it in messages
};

std::optional<Swept> find_swept(const boost::json::array& list, const std::string& where) {
    std::optional<Swept> found;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (!list[i].is_object()) continue;
        for (const auto& [key, value] : list[i].get_object()) {
            if (key == "stage" || !value.is_string() || std::string_view(value.get_string()).find(kBetween) == std::string_view::npos)
                continue;
            const std::string at = fmt::format("{}[{}].{}", where, i, std::string_view(key));
            if (found) throw InputError(at, "has several values beside " + found->where, kExpected);
            found = Swept{i, std::string(key), std::string(value.get_string()), at};
        }
    }
    return found;
}

std::vector<boost::json::value> values_of(const Swept& swept) {
    std::vector<boost::json::value> values;
    std::string_view left = swept.values;
    for (bool more = true; more;) {
        const std::size_t end = left.find(kBetween);
        more = end != std::string_view::npos;
        const boost::json::value value = value_from_text(left.substr(0, end));
        if (!value.is_number()) throw InputError(swept.where, "has " + berth::detail::shown(value) + " among its values", kExpected);
        if (!values.empty() && !(value.to_number<double>() > values.back().to_number<double>()))
            throw InputError(swept.where, fmt::format("has {} behind {}", berth::detail::shown(value), berth::detail::shown(values.back())),
                             kExpected);
        values.push_back(value);
        if (more) left.remove_prefix(end + 1);
    }
    return values;
}

void check_that_none_chooses(const StageList& stages) {
    for (std::size_t i = 0; i < stages.names.size(); ++i)
        for (const std::string_view name : kChoosing)
            if (stages.names[i] == name)
                throw InputError(fmt::format("{}[{}].stage", stages.where, i), fmt::format("is \"{}\"", name),
                                 "stages whose settings are given, none that chooses for those behind it");
}

}  // namespace

SweptStages swept_stages_from_text(const std::string& text, const std::string& where) {
    boost::json::array list = stages_from_text(text, where);
    const std::optional<Swept> swept = find_swept(list, where);
    if (!swept) {
        check_that_none_chooses(read_stages(list, where));
        throw InputError(where, "has no parameter with several values", kExpected);
    }
    SweptStages read{text, where, {}, {}};
    for (const boost::json::value& value : values_of(*swept)) {
        list[swept->entry].as_object()[swept->key] = value;
        check_that_none_chooses(read_stages(list, where));
        read.settings.push_back({value.to_number<double>(), list});
    }
    read.parameter = fmt::format("{}.{}", std::string_view(list[swept->entry].at("stage").as_string()), swept->key);
    return read;
}

}  // namespace berth::compressor
