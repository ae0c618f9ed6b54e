// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cost/law.hpp"

namespace berth::cost {

// What each law asks for and its formula; laws.cpp registers them by name.

[[nodiscard]] std::span<const Attribute> murmann_attributes();
[[nodiscard]] double murmann_energy(const Question& question);
[[nodiscard]] double murmann_area(const Question& question);
[[nodiscard]] double murmann_power(const Question& question);

[[nodiscard]] std::span<const Attribute> adaptive_sar_attributes();
[[nodiscard]] double adaptive_sar(const Question& question);

[[nodiscard]] std::span<const Attribute> capacitor_dac_attributes();
[[nodiscard]] double capacitor_dac(const Question& question);

[[nodiscard]] std::span<const Attribute> constant_voltage_attributes();
[[nodiscard]] double constant_voltage(const Question& question);

[[nodiscard]] std::span<const Attribute> stillmaker_baas_attributes();
[[nodiscard]] double stillmaker_baas(const Question& question);

[[nodiscard]] std::span<const Attribute> supply_voltage_attributes();
[[nodiscard]] double supply_voltage(const Question& question);

/// F in metres, of a law that asks for the node.
[[nodiscard]] inline double feature_size(const Question& question) {
    return question["node"] * question.coefficient("circuits.nanometre", "length");
}

[[nodiscard]] std::span<const Attribute> wire_attributes();
[[nodiscard]] double wire_resistance(const Question& question);

[[nodiscard]] std::span<const Attribute> neurosim_sar_attributes();
[[nodiscard]] double neurosim_sar(const Question& question);

[[nodiscard]] std::span<const Attribute> neurosim_sense_attributes();
[[nodiscard]] double neurosim_sense(const Question& question);

[[nodiscard]] std::span<const Attribute> repeated_wire_energy_attributes();
[[nodiscard]] double repeated_wire_energy(const Question& question);

[[nodiscard]] std::span<const Attribute> repeated_wire_delay_attributes();
[[nodiscard]] double repeated_wire_delay(const Question& question);

[[nodiscard]] std::span<const Attribute> array_line_attributes();
[[nodiscard]] double array_line(const Question& question);

[[nodiscard]] std::span<const Attribute> between_rows_attributes();
[[nodiscard]] double between_rows(const Question& question);

[[nodiscard]] std::span<const Attribute> crossbar_switch_attributes();
[[nodiscard]] double crossbar_switch(const Question& question);

[[nodiscard]] std::span<const Attribute> crossbar_switch_area_attributes();
[[nodiscard]] double crossbar_switch_area(const Question& question);

[[nodiscard]] std::span<const Attribute> flip_flop_clock_attributes();
[[nodiscard]] double flip_flop_clock(const Question& question);

[[nodiscard]] std::span<const Attribute> leakage_temperature_attributes();
[[nodiscard]] double leakage_temperature(const Question& question);

[[nodiscard]] std::span<const Attribute> memory_organisation_attributes();
[[nodiscard]] double memory_organisation(const Question& question);

[[nodiscard]] std::span<const Attribute> resistive_read_attributes();
[[nodiscard]] double resistive_read(const Question& question);

[[nodiscard]] std::span<const Attribute> resistive_write_attributes();
[[nodiscard]] double resistive_write(const Question& question);

[[nodiscard]] std::span<const Attribute> alpha_power_attributes();
[[nodiscard]] double alpha_power(const Question& question);

}  // namespace berth::cost
