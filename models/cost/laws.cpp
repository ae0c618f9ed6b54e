// SPDX-License-Identifier: Apache-2.0
#include "models/core/params.hpp"
#include "models/cost/cost.hpp"
#include "models/cost/law_table.hpp"

#include <vector>

namespace berth::cost {
namespace {

constexpr const char* kSurvey = "B. Murmann, ADC Performance Survey, as fitted by hwcomponents-adc";

constexpr const char* kNeuroSim = "NeuroSim 1.4, SarADC and CurrentSenseAmp";
constexpr const char* kWesteHarris = "N. Weste and D. Harris, \"CMOS VLSI Design\", 4th ed., 2011, Sec. 6.4.2";
constexpr const char* kNvSim =
    "X. Dong et al., \"NVSim: A Circuit-Level Performance, Energy, and Area Model for Emerging Nonvolatile Memory\", IEEE TCAD 31, 2012";
constexpr const char* kOrion = "H.-S. Wang et al., \"Orion: A Power-Performance Simulator for Interconnection Networks\", MICRO 2002";

const LawEntry kLaws[] = {
    {"murmann_adc_energy", "energy", murmann_attributes(), "a conversion of the better fifth of published converters", kSurvey,
     &murmann_energy},
    {"murmann_adc_area", "area", murmann_attributes(), "such a converter's area", kSurvey, &murmann_area},
    {"murmann_adc_power", "power", murmann_attributes(), "such a converter's power at full rate", kSurvey, &murmann_power},
    {"adaptive_sar", "", adaptive_sar_attributes(), "the row's conversion stopped after some of its bits",
     "A. Nag et al., \"Newton: Gravitating Towards the Physical Limits of Crossbar Acceleration\", IEEE Micro 2018", &adaptive_sar},
    {"capacitor_dac", "", capacitor_dac_attributes(), "the row's 1-bit driver as a converter of more bits: 2^bits - 1 units for one",
     "M. Saberi et al., \"Analysis of power consumption and linearity in capacitive digital-to-analog converters\", IEEE TCAS-I 58, 2011",
     &capacitor_dac},
    {"constant_voltage_scaling", "", constant_voltage_attributes(),
     "the row at another node: energy falls with the feature size, area with its square, the voltage is kept",
     "R. Dennard et al., JSSC 1974, with the voltage kept", &constant_voltage},
    {"stillmaker_baas", "", stillmaker_baas_attributes(), "the row at another node and supply: published factors for area and energy",
     "A. Stillmaker and B. Baas, \"Scaling equations for the accurate prediction of CMOS device performance from 180 nm to 7 nm\", "
     "Integration 58, 2017",
     &stillmaker_baas},
    {"supply_voltage", "", supply_voltage_attributes(), "the row's dynamic energy at another supply: C V^2",
     "N. Weste and D. Harris, \"CMOS VLSI Design\", power", &supply_voltage},
    {"wire_resistance", "resistance", wire_attributes(), "a wire from one cell to the next", "NeuroSim 1.4, wires by node",
     &wire_resistance},
    {"neurosim_sar_energy", "energy", neurosim_sar_attributes(), "a successive-approximation conversion of a bitline's current", kNeuroSim,
     &neurosim_sar},
    {"neurosim_sense_energy", "energy", neurosim_sense_attributes(), "a current sense amplifier's decision on a bitline", kNeuroSim,
     &neurosim_sense},
    {"array_line_energy", "energy", array_line_attributes(), "charging a wordline or bitline: wire and what cells hang on it",
     "S. Wilton and N. Jouppi, \"CACTI: An Enhanced Cache Access and Cycle Time Model\", JSSC 31, 1996; NeuroSim 1.4", &array_line},
    {"repeated_wire_energy", "energy", repeated_wire_energy_attributes(), "a rising bit on a wire with repeaters of least delay",
     kWesteHarris, &repeated_wire_energy},
    {"repeated_wire_delay", "time", repeated_wire_delay_attributes(), "the delay of such a wire", kWesteHarris, &repeated_wire_delay},
    {"crossbar_switch_energy", "energy", crossbar_switch_attributes(), "a flit through a router's matrix crossbar", kOrion,
     &crossbar_switch},
    {"crossbar_switch_area", "area", crossbar_switch_area_attributes(), "such a crossbar", kOrion, &crossbar_switch_area},
    {"flip_flop_clock_power", "power", flip_flop_clock_attributes(), "what the clock takes in flip-flops", "NeuroSim 1.4, DFF",
     &flip_flop_clock},
    {"between_rows", "", between_rows_attributes(), "the power law through two published rows, between them",
     "none: interpolation; the rows name theirs", &between_rows},
    {"memory_organisation", "", memory_organisation_attributes(), "the row's memory of another capacity, in other banks, with another word",
     "N. Muralimanohar et al., \"CACTI 6.0\", HPL-2009-85; exponent of Accelergy's and CiMLoop's component library", &memory_organisation},
    {"resistive_read_energy", "energy", resistive_read_attributes(), "a read of a memory of resistive cells, each with a transistor",
     kNvSim, &resistive_read},
    {"resistive_write_energy", "energy", resistive_write_attributes(), "a write of such a memory", kNvSim, &resistive_write},
    {"leakage_temperature", "", leakage_temperature_attributes(), "the row's leakage at another temperature, as transistors' off current",
     "CACTI 6.5, 32 nm high performance", &leakage_temperature},
    {"alpha_power", "", alpha_power_attributes(), "the row's clock or delay at another supply: (V - threshold)^alpha / V",
     "T. Sakurai and A. Newton, \"Alpha-power law MOSFET model\", JSSC 25, 1990", &alpha_power},
};

const LawEntry& find_law(const boost::json::object& json, const std::string& where) {
    const auto& name = *json.if_contains("law");
    std::vector<std::string> names;
    for (const LawEntry& law : kLaws) {
        if (name.is_string() && name.get_string() == law.name) return law;
        names.emplace_back(law.name);
    }
    throw InputError(where + ".law", "is " + detail::shown(name), detail::alternatives(names));
}

void check_keys(const boost::json::object& json, const LawEntry& law, const std::string& where) {
    std::vector<std::string> known;
    for (const Attribute& attribute : law.attributes) known.emplace_back(attribute.name);
    if (law.dimension.empty()) known.emplace_back("row");
    known.emplace_back("times");
    for (const auto& entry : json) {
        bool found = entry.key() == "law" || entry.value().is_null();
        for (const auto& key : known) found = found || entry.key() == key;
        if (!found) throw InputError(where + "." + std::string(entry.key()), "is not known", detail::alternatives(known));
    }
}

double read_attribute(const boost::json::object& json, const Attribute& attribute, const Question& question) {
    const std::string& where = question.where;
    const std::string at = where + "." + std::string(attribute.name);
    const auto& given = detail::required(json, attribute.name, at, std::string(attribute.meaning) + ", in " + std::string(attribute.unit));
    double value = 0.0;
    if ((given.is_string() || given.is_object()) && !attribute.dimension.empty()) {
        const bool like_row = attribute.dimension == kOfTheRow;
        value = read_cost(given, *question.constants, like_row ? question.row->dimension : attribute.dimension, at);
    } else {
        boost::system::error_code bad;
        value = given.to_number<double>(bad);
        if (bad) throw InputError(at, "is " + detail::shown(given), "a number of " + std::string(attribute.unit));
    }
    if (!(value >= attribute.min && value <= attribute.max))
        throw InputError(
            at, "is " + detail::shown(value),
            "the law's range, " + detail::shown(attribute.min) + " to " + detail::shown(attribute.max) + " " + std::string(attribute.unit));
    return value;
}

}  // namespace

std::span<const LawEntry> laws() { return kLaws; }

double evaluate_law(const boost::json::object& json, const ConstantTable& constants, std::string_view dimension, const std::string& where) {
    const LawEntry& law = find_law(json, where);
    check_keys(json, law, where);
    Question question{{}, nullptr, &constants, where};
    std::string gives(law.dimension);
    if (law.dimension.empty()) {
        const auto& row = detail::required(json, "row", where + ".row", "the row that the law scales");
        if (!row.is_string()) throw InputError(where + ".row", "is " + detail::shown(row), "the row that the law scales");
        question.row = &constants.row(std::string(row.get_string()), where + ".row");
        gives = question.row->dimension;
    }
    for (const Attribute& attribute : law.attributes)
        question.attributes.emplace(attribute.name, read_attribute(json, attribute, question));
    if (gives != dimension)
        throw InputError(where, "names the law " + std::string(law.name) + ", which gives " + gives,
                         "one that gives " + std::string(dimension));
    return law.evaluate(question);
}

boost::json::array describe_laws() {
    boost::json::array list;
    for (const LawEntry& law : kLaws) {
        boost::json::array parameters;
        for (const Attribute& attribute : law.attributes)
            parameters.emplace_back(boost::json::object{{"name", attribute.name},
                                                        {"unit", attribute.unit},
                                                        {"min", attribute.min},
                                                        {"max", attribute.max},
                                                        {"meaning", attribute.meaning}});
        list.emplace_back(boost::json::object{{"name", law.name},
                                              {"meaning", law.meaning},
                                              {"gives", law.dimension.empty() ? "what the row does" : law.dimension},
                                              {"source", law.source},
                                              {"parameters", std::move(parameters)}});
    }
    return list;
}

}  // namespace berth::cost
