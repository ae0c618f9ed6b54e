// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/mapping/plane.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::mapping {

/// Planes side by side in the same wordlines: their columns follow one another through the arrays.
using Strip = std::vector<std::size_t>;  ///< indices of planes, all with the same number of inputs

/// Decides which planes may share arrays. Every plane is in exactly one strip.
class Mapper {
public:
    virtual ~Mapper() = default;
    [[nodiscard]] virtual std::vector<Strip> strips(std::span<const Plane> planes) const = 0;
};

/// One line of the registration table.
struct MapperEntry {
    std::string_view name, meaning, source;
    std::unique_ptr<const Mapper> (*make)();
};

/// Every mapper there is. To add one: a file of its own with its make function, and a line here.
[[nodiscard]] std::span<const MapperEntry> mappers();

/// @throws std::invalid_argument for a name that is not registered; configurations have been checked against mapper_names().
[[nodiscard]] std::unique_ptr<const Mapper> make_mapper(std::string_view name);

/// [{name, meaning, source}], as `berth list mappers` shows them.
[[nodiscard]] boost::json::array describe_mappers();

[[nodiscard]] std::unique_ptr<const Mapper> make_separate_mapper();
[[nodiscard]] std::unique_ptr<const Mapper> make_packed_mapper();

}  // namespace berth::mapping
