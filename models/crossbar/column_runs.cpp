// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/column_runs.hpp"

namespace berth::crossbar {

std::vector<ColumnRun> weight_runs(const ProgrammedArrays& arrays) {
    const ArrayLayout& layout = arrays.layout;
    const bool alike = arrays.design.adc->alike();
    std::vector<ColumnRun> runs;
    for (int polarity = 0; polarity < layout.polarities; ++polarity)
        for (int slice = 0; slice < layout.slices; ++slice)
            for (int channel = 0; channel < layout.out; ++channel) {
                const int group = alike ? 0 : layout.group(slice, channel);
                if (channel == 0 || runs.back().group != group)
                    runs.push_back({layout.column(polarity, slice, channel), 0, polarity, group,
                                    arrays.exponents[std::size_t(polarity * layout.slices + slice)]});
                ++runs.back().count;
            }
    return runs;
}

std::vector<ColumnRun> unit_runs(const ArrayLayout& layout) {
    std::vector<ColumnRun> runs;
    for (int polarity = 0; polarity < layout.polarities; ++polarity)
        for (int group = 0; layout.unit_columns > 0 && group < layout.column_groups; ++group)
            runs.push_back(
                {ConductanceBlock::unit_column(layout, polarity, group, 0), std::size_t(layout.unit_columns), polarity, group, 0});
    return runs;
}

}  // namespace berth::crossbar
