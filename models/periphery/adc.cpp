// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc.hpp"

#include "models/periphery/adc_kinds.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace berth::periphery {
namespace {

struct AdcEntry {
    std::string_view name, meaning, source;
    std::vector<std::string_view> parameters;
    std::unique_ptr<const Adc> (*make)(const AdcParams&);
};

const std::vector<AdcEntry>& adcs() {
    static const std::vector<AdcEntry> table{
        {"ideal",
         "the current itself, rounded to a whole number, without bounds",
         "the limit of a fine and wide converter",
         {},
         &make_ideal_adc},
        {"uniform",
         "clamp(round(current / step), 0, 2^bits - 1), ties to even",
         "Shafiee et al., ISCA 2016, Sec. V",
         {"bits", "step"},
         &make_uniform_adc},
    };
    return table;
}

boost::json::array parameters_of(const AdcEntry& entry) {
    boost::json::array list;
    for (const auto& parameter : describe_params<AdcParams>()) {
        const std::string_view name = parameter.at("name").get_string();
        if (std::find(entry.parameters.begin(), entry.parameters.end(), name) != entry.parameters.end()) list.push_back(parameter);
    }
    return list;
}

}  // namespace

std::vector<std::string> adc_kinds() {
    std::vector<std::string> names;
    for (const AdcEntry& entry : adcs()) names.emplace_back(entry.name);
    return names;
}

std::unique_ptr<const Adc> make_adc(const AdcParams& params) {
    for (const AdcEntry& entry : adcs())
        if (entry.name == params.kind) return entry.make(params);
    throw std::invalid_argument("no ADC is called " + params.kind);
}

boost::json::array describe_adcs() {
    boost::json::array list;
    for (const AdcEntry& entry : adcs())
        list.emplace_back(boost::json::object{
            {"name", entry.name}, {"meaning", entry.meaning}, {"parameters", parameters_of(entry)}, {"source", entry.source}});
    return list;
}

}  // namespace berth::periphery
