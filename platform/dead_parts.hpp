// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace berth::platform {

/// "refuse": an image that needs a dead part for which there is no spare is not loaded; "run": it is, what the part would give reads 0, and
/// every result that used it says so.
[[nodiscard]] std::vector<std::string> dead_parts_policies();
inline constexpr const char *kRefuse = "refuse", *kRun = "run";

/// An IMA of the chip, spare ones included. Tiles of several chips are numbered one chip behind the other.
struct ImaPlace {
    std::int64_t tile = 0;
    int ima = 0;

    auto operator<=>(const ImaPlace&) const = default;
};

/// A bitline with its way to the converter, spare ones included. Where several arrays stand behind one set of converters, it is that column
/// of all of them.
struct ColumnPlace {
    ImaPlace ima;
    int array = 0, column = 0;

    auto operator<=>(const ColumnPlace&) const = default;
};

/// Hardware that does not work: what is listed, and what is drawn.
struct DeadPartsParams {
    double ima_probability = 0.0;
    double column_probability = 0.0;
    std::string policy;
    std::set<ImaPlace> imas{};
    std::set<ColumnPlace> columns{};

    static constexpr std::tuple fields{
        Field{"ima_probability", &DeadPartsParams::ima_probability, "1", 0.0, 1.0, "probability that an IMA is dead"},
        Field{"column_probability", &DeadPartsParams::column_probability, "1", 0.0, 1.0, "probability that a column of an array is dead"},
        Choice{"policy", &DeadPartsParams::policy, &dead_parts_policies, "what becomes of an image that needs a part without a spare"},
    };

    [[nodiscard]] bool any() const { return ima_probability > 0.0 || column_probability > 0.0 || !imas.empty() || !columns.empty(); }
};

/// What there is of each part, for a list to name it.
struct PartCounts {
    std::int64_t tiles = 0;
    int imas = 0, arrays = 0, columns = 0;
};

/// Besides the parameters: "imas": [[tile, ima], ...] and "columns": [[tile, ima, array, column], ...], each from 0.
/// @throws InputError naming the path.
[[nodiscard]] DeadPartsParams read_dead_parts(const boost::json::value& json, const PartCounts& there, const std::string& where);

/// Which parts of a chip are dead. Each is drawn by itself, a function of the seed and of its place.
class DeadParts {
public:
    DeadParts(const DeadPartsParams& params, std::uint64_t seed) : params_(params), seed_(seed) {}

    [[nodiscard]] bool is_dead(const ImaPlace& ima) const;

    /// The dead ones of an array's columns, ascending. @param columns of the array.
    [[nodiscard]] std::vector<int> dead_columns(const ImaPlace& ima, int array, int columns) const;

private:
    const DeadPartsParams& params_;
    std::uint64_t seed_;
};

}  // namespace berth::platform
