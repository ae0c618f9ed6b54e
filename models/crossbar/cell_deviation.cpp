// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_deviation.hpp"

#include "models/crossbar/deviations.hpp"

#include <limits>
#include <stdexcept>

namespace berth::crossbar {
namespace {

constexpr double kEver = std::numeric_limits<double>::infinity();
constexpr double kTwoDays = 172800.0;
constexpr const char* kWan = "Wan et al., Nature 608 (2022), polynomials as in IBM's aihwkit";
constexpr const char* kCmo = "CMO-HfOx ReRAM, as in IBM's aihwkit";

#define BERTH_WAN_ROWS(at)                                                                                                              \
    "cell_errors.wan2022." at ".c0", "cell_errors.wan2022." at ".c1", "cell_errors.wan2022." at ".c2", "cell_errors.wan2022." at ".c3", \
        "cell_errors.wan2022." at ".c4"

DeviationEntry constant_entry() {
    return {"constant", "normal; standard deviation sigma times the highest level's conductance",
            "",         {},
            false,      0,
            kEver,      &make_constant_deviation};
}

DeviationEntry proportional_entry() {
    return {"proportional",
            "normal; standard deviation sigma times the cell's conductance",
            "",
            {},
            false,
            0,
            kEver,
            &make_proportional_deviation};
}

std::vector<std::string> names_of(const std::vector<DeviationEntry>& table) {
    std::vector<std::string> names{"none"};
    for (const DeviationEntry& entry : table) names.emplace_back(entry.name);
    return names;
}

}  // namespace

const std::vector<DeviationEntry>& programming_errors() {
    static const std::vector<DeviationEntry> table{
        constant_entry(),
        proportional_entry(),
        {"wan2022",
         "normal; a polynomial of the conductance, one second after programming",
         kWan,
         {BERTH_WAN_ROWS("1s"), "cell_errors.wan2022.g_max"},
         false,
         0,
         kEver,
         &make_wan_programming},
        {"cmo_0.2",
         "normal; linear in the conductance, programmed to 0.2 % acceptance",
         kCmo,
         {"cell_errors.cmo.acceptance_0.2.c0", "cell_errors.cmo.acceptance_0.2.c1"},
         true,
         0,
         kEver,
         &make_cmo_programming},
        {"cmo_2",
         "normal; linear in the conductance, programmed to 2 % acceptance",
         kCmo,
         {"cell_errors.cmo.acceptance_2.c0", "cell_errors.cmo.acceptance_2.c1"},
         true,
         0,
         kEver,
         &make_cmo_programming},
    };
    return table;
}

const std::vector<DeviationEntry>& retention_models() {
    static const std::vector<DeviationEntry> table{
        {"wan2022",
         "normal; the growth of the polynomial's variance since one second, up to two days",
         kWan,
         {BERTH_WAN_ROWS("1s"), BERTH_WAN_ROWS("1day"), BERTH_WAN_ROWS("2days"), "cell_errors.wan2022.g_max"},
         false,
         1.0,
         kTwoDays,
         &make_wan_retention},
        {"cmo",
         "normal; mean and standard deviation go with the logarithm of time",
         kCmo,
         {"cell_errors.cmo.relaxation.mean", "cell_errors.cmo.relaxation.sigma_per_ln_s", "cell_errors.cmo.relaxation.sigma_at_1s"},
         true,
         1.0,
         kEver,
         &make_cmo_relaxation},
    };
    return table;
}

const std::vector<DeviationEntry>& read_noises() {
    static const std::vector<DeviationEntry> table{
        constant_entry(),
        proportional_entry(),
        {"cmo",
         "normal; goes with the logarithm of the conductance and grows with the time of reading",
         kCmo,
         {"cell_errors.cmo.read.c", "cell_errors.cmo.read.d"},
         true,
         1e-6,
         kEver,
         &make_cmo_read_noise},
    };
    return table;
}

#undef BERTH_WAN_ROWS

std::vector<std::string> programming_error_names() { return names_of(programming_errors()); }
std::vector<std::string> retention_names() { return names_of(retention_models()); }
std::vector<std::string> read_noise_names() { return names_of(read_noises()); }

const DeviationEntry* find_deviation(const std::vector<DeviationEntry>& table, std::string_view name) {
    if (name == "none") return nullptr;
    for (const DeviationEntry& entry : table)
        if (entry.name == name) return &entry;
    throw std::invalid_argument("no such deviation of cells: " + std::string(name));
}

boost::json::array describe_deviations(const std::vector<DeviationEntry>& table) {
    boost::json::array list;
    for (const DeviationEntry& entry : table)
        list.emplace_back(boost::json::object{{"name", entry.name}, {"meaning", entry.meaning}, {"source", entry.source}});
    return list;
}

}  // namespace berth::crossbar
