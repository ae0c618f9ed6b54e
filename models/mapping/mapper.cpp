// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/mapper.hpp"

#include "models/mapping/placement.hpp"

#include <stdexcept>

namespace berth::mapping {
namespace {

constexpr MapperEntry kMappers[] = {
    {"separate", "every plane has arrays of its own; its last arrays may have columns to spare", "Kang et al., ICCAD 2021",
     &make_separate_mapper, "separate"},
    {"packed", "the base and all tasks' planes of one matrix stand side by side in shared arrays, which they drive by the same wordlines",
     "one input vector drives every column of an array", &make_packed_mapper, "packed"},
    {"banked",
     "arrays of different tasks for the same matrix are banks behind one set of converters, for a token is of one task; low-rank factors of "
     "several tasks stand below one another in the same arrays",
     "only the active task's planes are read", &make_banked_mapper, "packed"},
};

const MapperEntry& find(std::string_view name) {
    for (const MapperEntry& entry : kMappers)
        if (entry.name == name) return entry;
    throw std::invalid_argument("no mapper is called " + std::string(name));
}

}  // namespace

std::span<const MapperEntry> mappers() { return kMappers; }

std::unique_ptr<const Mapper> make_mapper(std::string_view name) { return find(name).make(); }

std::string unshared_mapper(std::string_view name) { return std::string(find(name).unshared); }

std::vector<std::string> mapper_names() {
    std::vector<std::string> names;
    for (const MapperEntry& entry : kMappers) names.emplace_back(entry.name);
    return names;
}

boost::json::array describe_mappers() {
    boost::json::array list;
    for (const MapperEntry& entry : kMappers)
        list.emplace_back(boost::json::object{{"name", entry.name}, {"meaning", entry.meaning}, {"source", entry.source}});
    return list;
}

}  // namespace berth::mapping
