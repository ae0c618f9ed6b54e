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

/// Strips behind one set of converters: no two of them are ever read for the same token, so that converters, wordline drivers and
/// registers serve one after another. Strips of few inputs also stand below one another in the same arrays, where only the rows of
/// the one in use are driven.
using Group = std::vector<Strip>;

/// Decides which planes share arrays, and which share converters. Every plane is in exactly one strip of one group.
class Mapper {
public:
    virtual ~Mapper() = default;
    [[nodiscard]] virtual std::vector<Group> groups(std::span<const Plane> planes) const = 0;
};

/// One line of the registration table.
struct MapperEntry {
    std::string_view name, meaning, source;
    std::unique_ptr<const Mapper> (*make)();
    std::string_view unshared;  ///< the mapper that differs in nothing but that every array has converters of its own
};

/// Every mapper there is. To add one: a file of its own with its make function, and a line here.
[[nodiscard]] std::span<const MapperEntry> mappers();

/// @throws std::invalid_argument for a name that is not registered; configurations have been checked against mapper_names().
[[nodiscard]] std::unique_ptr<const Mapper> make_mapper(std::string_view name);

/// The mapper like `name` that gives every array its own converters: what a comparison without sharing takes.
[[nodiscard]] std::string unshared_mapper(std::string_view name);

/// [{name, meaning, source}], as `berth list mappers` shows them.
[[nodiscard]] boost::json::array describe_mappers();

[[nodiscard]] std::unique_ptr<const Mapper> make_separate_mapper();
[[nodiscard]] std::unique_ptr<const Mapper> make_packed_mapper();
[[nodiscard]] std::unique_ptr<const Mapper> make_banked_mapper();

}  // namespace berth::mapping
