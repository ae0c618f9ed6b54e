// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc.hpp"

#include "models/periphery/adc_kinds.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace berth::periphery {
namespace {

constexpr std::string_view kAdaptive = "adaptive_sar";

struct AdcEntry {
    std::string_view name, meaning, source;
    std::vector<std::string_view> parameters;
    std::unique_ptr<const Adc> (*make)(const AdcParams&, std::uint64_t);
};

const std::vector<AdcEntry>& adcs() {
    static const std::vector<AdcEntry> table{
        {"ideal",
         "the current itself, rounded to a whole number, without bounds",
         "the limit of a fine and wide converter",
         {},
         &make_ideal_adc},
        {"uniform",
         "clamp(round(current / step), 0, 2^bits - 1)",
         "Shafiee et al., ISCA 2016, Sec. V",
         {"bits", "step", "rounding"},
         &make_uniform_adc},
        {"sar",
         "binary search against a capacitor array whose capacitors do not match",
         "McCreary and Gray, IEEE JSSC 10(6), 1975; variances of mismatch: Pelgrom et al., IEEE JSSC 24(5), 1989",
         {"bits", "step", "rounding", "offset", "offset_sigma", "gain", "gain_sigma", "inl", "capacitor_sigma"},
         &make_sar_adc},
        {kAdaptive,
         "sar whose search leaves out the bits that would lie below or beyond those kept of the shifted and added sum",
         "A. Nag et al., \"Newton: Gravitating Towards the Physical Limits of Crossbar Acceleration\", IEEE Micro 2018",
         {"bits", "step", "rounding", "offset", "offset_sigma", "gain", "gain_sigma", "inl", "capacitor_sigma", "dropped_bits", "sum_bits"},
         &make_adaptive_sar_adc},
        {"flash",
         "a comparator to every transition, each with its offset, and their outputs counted",
         "van de Plassche, CMOS Integrated Analog-to-Digital and Digital-to-Analog Converters, 2003",
         {"bits", "step", "rounding", "offset", "offset_sigma", "gain", "gain_sigma", "inl", "comparator_sigma"},
         &make_flash_adc},
        {"ramp",
         "a counter stopped by a ramp of erroneous slope and curvature",
         "van de Plassche, CMOS Integrated Analog-to-Digital and Digital-to-Analog Converters, 2003",
         {"bits", "step", "rounding", "offset", "offset_sigma", "gain", "gain_sigma", "inl"},
         &make_ramp_adc},
    };
    return table;
}

bool has(const AdcEntry& entry, std::string_view parameter) {
    return std::find(entry.parameters.begin(), entry.parameters.end(), parameter) != entry.parameters.end();
}

boost::json::array parameters_of(const AdcEntry& entry) {
    boost::json::array list;
    for (const auto& parameter : describe_params<AdcParams>())
        if (has(entry, parameter.at("name").get_string())) list.push_back(parameter);
    return list;
}

template <class Parameter>
void check_unused(const AdcEntry&, const AdcParams&, const Parameter&, const std::string&) {}

template <class Value>
void check_unused(const AdcEntry& entry, const AdcParams& params, const Field<AdcParams, Value>& field, const std::string& where) {
    static const AdcParams neutral{.kind = {}, .bits = 0, .step = 0.0};
    const Value value = params.*field.member, unused = neutral.*field.member;
    if (field.name == "bits" || field.name == "step" || value == unused || has(entry, field.name)) return;
    throw InputError(where + "." + std::string(field.name), "is " + detail::shown(double(value)),
                     detail::shown(double(unused)) + ", for a converter of kind " + std::string(entry.name) +
                         (std::is_integral_v<Value> ? " always converts in full" : " has no such error"));
}

void check_search(const AdcParams& params, const std::string& where) {
    if (params.dropped_bits < params.sum_bits) return;
    throw InputError(where + ".dropped_bits", "is " + std::to_string(params.dropped_bits),
                     "fewer than the " + std::to_string(params.sum_bits) + " bits of the sum");
}

}  // namespace

std::vector<std::string> adc_kinds() {
    std::vector<std::string> names;
    for (const AdcEntry& entry : adcs()) names.emplace_back(entry.name);
    return names;
}

std::vector<std::string> rounding_names() { return {"nearest", "floor"}; }

std::unique_ptr<const Adc> make_adc(const AdcParams& params, std::uint64_t seed) {
    for (const AdcEntry& entry : adcs())
        if (entry.name == params.kind) return entry.make(params, seed);
    throw std::invalid_argument("no ADC is called " + params.kind);
}

void check_adc(const AdcParams& params, const std::string& where) {
    for (const AdcEntry& entry : adcs())
        if (entry.name == params.kind)
            std::apply([&](const auto&... field) { (check_unused(entry, params, field, where), ...); }, AdcParams::fields);
    check_search(params, where);
}

std::optional<int> decided_bits(const AdcParams& params, int place) {
    return params.kind == kAdaptive ? std::optional(search_at(params, place).decided) : std::nullopt;
}

boost::json::array describe_adcs() {
    boost::json::array list;
    for (const AdcEntry& entry : adcs())
        list.emplace_back(boost::json::object{
            {"name", entry.name}, {"meaning", entry.meaning}, {"parameters", parameters_of(entry)}, {"source", entry.source}});
    return list;
}

}  // namespace berth::periphery
