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

[[nodiscard]] std::span<const Attribute> memory_capacity_attributes();
[[nodiscard]] double memory_capacity(const Question& question);

[[nodiscard]] std::span<const Attribute> supply_voltage_attributes();
[[nodiscard]] double supply_voltage(const Question& question);

[[nodiscard]] std::span<const Attribute> wire_attributes();
[[nodiscard]] double wire_resistance(const Question& question);

}  // namespace berth::cost
