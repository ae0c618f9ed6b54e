// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crossbar {

/// How a signed weight becomes cells that hold numbers from 0 to 2^cell_bits - 1.
class Encoding {
public:
    virtual ~Encoding() = default;

    /// Columns that one output channel takes in one polarity, for |weight| <= 2^magnitude_bits - 1.
    [[nodiscard]] virtual int slices(int magnitude_bits, int cell_bits) const = 0;

    /// Arrays a weight is spread over: 2 where its positive and negative parts have arrays of their own, else 1.
    [[nodiscard]] virtual int polarities() const = 0;

    /// Columns that an array needs beside those of the weights, whatever it holds: the unit columns of offset encodings,
    /// whose cells hold ones and so sum the inputs. Several share the rows out between them, row r to column r mod count.
    [[nodiscard]] virtual int unit_columns() const = 0;

    /// Cuts one weight into cells, least significant slice first, polarity by polarity.
    /// Shapes: cells.size() == polarities() * slices(magnitude_bits, cell_bits).
    virtual void encode(int weight, int magnitude_bits, int cell_bits, std::span<std::uint8_t> cells) const = 0;

    /// What one unit of a column's code of this polarity and slice counts in the weighted sum, for example
    /// -(2^(slice * cell_bits)) for the negative polarity of the differential encoding.
    [[nodiscard]] virtual std::int64_t column_weight(int polarity, int slice, int magnitude_bits, int cell_bits) const = 0;

    /// Whether a column whose cells sum to more than half of what they can hold is stored inverted, each cell as
    /// 2^cell_bits - 1 - cell; the array undoes it with the unit column's code (ISAAC, Sec. V).
    [[nodiscard]] virtual bool flips_columns() const { return false; }

    /// What is added to the weighted sum for every unit of the input sum sum_i x_i (the bias that offset encodings remove).
    [[nodiscard]] virtual std::int64_t input_sum_weight(int magnitude_bits, int cell_bits) const = 0;
};

/// "differential": separate positive and negative arrays of the magnitude's slices (Kang et al. 2021, PUMA).
/// "offset": weight + 2^magnitude_bits in one array, the bias removed with the input sum from a unit column (ISAAC, Sec. V).
/// "offset_flipped": offset, with columns of large sums stored inverted, which saves one bit of the converter.
/// "twos_complement": one array, the top slice one bit wide at most and counted negatively.
/// @throws std::invalid_argument for another name; configurations have been checked against encoding_names().
[[nodiscard]] std::unique_ptr<const Encoding> make_encoding(std::string_view name);

/// The registered encodings as `berth list encodings` shows them: [{name, meaning, polarities, unit_columns, parameters, source}].
[[nodiscard]] boost::json::array describe_encodings();

/// log2 of what one unit of a column counts, but for its sign, by polarity and slice: [polarities * slices].
[[nodiscard]] std::vector<int> weight_shifts(const Encoding& encoding, int magnitude_bits, int cell_bits);

/// What the cells of one column can sum to at most, over every weight that `encoding` may have to store.
[[nodiscard]] std::int64_t largest_column_sum(const Encoding& encoding, int rows, int cell_bits);

}  // namespace berth::crossbar
