// SPDX-License-Identifier: Apache-2.0
#include "platform/cell_presets.hpp"

#include "models/core/error.hpp"
#include "platform/config.hpp"

namespace berth::platform {
namespace {

ConstantTable load_cells() {
    for (const auto& folder : preset_folders()) {
        const auto file = folder / ".." / "tables" / "cells.json";
        if (!std::filesystem::exists(file)) continue;
        ConstantTable table;
        table.load(file);
        return table;
    }
    throw InputError("cells.json", "stands beside no preset folder", "an installed Berth, or BERTH_PRESET_PATH");
}

}  // namespace

boost::json::array describe_cells() {
    constexpr std::string_view prefix = "cells.", suffix = ".r_on";
    const ConstantTable table = load_cells();
    boost::json::array list;
    for (const auto& [id, row] : table.rows()) {
        if (!id.ends_with(suffix)) continue;
        const std::string name = id.substr(prefix.size(), id.size() - prefix.size() - suffix.size());
        const double on = row.si, off = table.value("cells." + name + ".r_off", "resistance", "cells");
        list.emplace_back(boost::json::object{
            {"name", name}, {"r_on_ohm", on}, {"r_off_ohm", off}, {"on_off_ratio", off / on}, {"mark", row.mark}, {"source", row.source}});
    }
    return list;
}

}  // namespace berth::platform
