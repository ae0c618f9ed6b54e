// SPDX-License-Identifier: Apache-2.0
#include "platform/cell_presets.hpp"

#include "models/core/error.hpp"
#include "platform/cell_sections.hpp"
#include "platform/config.hpp"

namespace berth::platform {
ConstantTable load_table(const std::string& name) {
    for (const auto& folder : preset_folders()) {
        const auto file = folder / ".." / "tables" / (name + ".json");
        if (!std::filesystem::exists(file)) continue;
        ConstantTable table;
        table.load(file);
        return table;
    }
    throw InputError(name + ".json", "stands beside no preset folder", "an installed Berth, or BERTH_PRESET_PATH");
}

boost::json::array describe_cells() {
    const ConstantTable table = load_table("cells");
    boost::json::array list;
    for (const std::string& name : cell_names(table)) {
        const ConstantRow& row = table.rows().at("cells." + name + ".r_on");
        const double on = row.si, off = table.value("cells." + name + ".r_off", "resistance", "cells");
        list.emplace_back(boost::json::object{
            {"name", name}, {"r_on_ohm", on}, {"r_off_ohm", off}, {"on_off_ratio", off / on}, {"mark", row.mark}, {"source", row.source}});
    }
    return list;
}

boost::json::array describe_cell_kinds() {
    boost::json::array list{boost::json::object{{"name", kIdealCells}, {"meaning", "levels 0, 1, 2, ... without resistances"}},
                            boost::json::object{{"name", kGivenCells},
                                                {"meaning", "levels from the resistances in cells.r_on, cells.r_off and cells.between"}}};
    for (auto& cell : describe_cells()) list.push_back(std::move(cell));
    return list;
}

}  // namespace berth::platform
