// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/encoding.hpp"

#include "models/crossbar/crossbar_params.hpp"
#include "models/crossbar/encodings.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <stdexcept>

namespace berth::crossbar {
namespace {

struct EncodingEntry {
    std::string_view name, meaning, source;
    std::unique_ptr<const Encoding> (*make)();
};

constexpr EncodingEntry kEncodings[] = {
    {"differential", "positive and negative parts in arrays of their own, ceil(magnitude bits / cell bits) columns each",
     "Kang et al., ICCAD 2021; Ankit et al., ASPLOS 2019 (PUMA)", &make_differential},
    {"offset",
     "weight + 2^magnitude bits in ceil((magnitude bits + 1) / cell bits) columns; a unit column sums the inputs to remove the bias",
     "Shafiee et al., ISCA 2016 (ISAAC), Sec. V", &make_offset},
    {"offset_flipped",
     "offset, and a column whose cells sum to more than half of what they can is stored inverted, which saves one bit of the "
     "converter; two unit columns, so that with 1-bit cells they need that bit no more than the others",
     "Shafiee et al., ISCA 2016 (ISAAC), Sec. V", &make_offset_flipped},
    {"twos_complement", "the magnitude's columns and one that holds the sign bit and counts negatively, in one array",
     "Shafiee et al., ISCA 2016 (ISAAC), Sec. V, for the inputs", &make_twos_complement},
};

}  // namespace

std::vector<std::string> encoding_names() {
    std::vector<std::string> names;
    for (const EncodingEntry& entry : kEncodings) names.emplace_back(entry.name);
    return names;
}

std::unique_ptr<const Encoding> make_encoding(std::string_view name) {
    for (const EncodingEntry& entry : kEncodings)
        if (entry.name == name) return entry.make();
    throw std::invalid_argument("no weight encoding is called " + std::string(name));
}

boost::json::array describe_encodings() {
    boost::json::array list;
    for (const EncodingEntry& entry : kEncodings) {
        const auto encoding = entry.make();
        list.emplace_back(boost::json::object{{"name", entry.name},
                                              {"meaning", entry.meaning},
                                              {"polarities", encoding->polarities()},
                                              {"unit_columns", encoding->unit_columns()},
                                              {"parameters", boost::json::array{}},
                                              {"source", entry.source}});
    }
    return list;
}

std::vector<int> weight_shifts(const Encoding& encoding, int magnitude_bits, int cell_bits) {
    std::vector<int> shifts;
    for (int polarity = 0; polarity < encoding.polarities(); ++polarity)
        for (int slice = 0; slice < encoding.slices(magnitude_bits, cell_bits); ++slice) {
            const std::int64_t weight = std::abs(encoding.column_weight(polarity, slice, magnitude_bits, cell_bits));
            shifts.push_back(std::countr_zero(static_cast<std::uint64_t>(weight)));
        }
    return shifts;
}

std::int64_t largest_column_sum(const Encoding& encoding, int rows, int cell_bits) {
    const std::int64_t all = std::int64_t{rows} * ((1 << cell_bits) - 1);
    if (!encoding.flips_columns()) return all;
    const std::int64_t unit = (rows + encoding.unit_columns() - 1) / encoding.unit_columns();
    return std::max(all / 2, unit);
}

}  // namespace berth::crossbar
