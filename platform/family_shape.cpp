// SPDX-License-Identifier: Apache-2.0
#include "platform/family_shape.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace berth::platform {
namespace {

using mapping::Plane;
using mapping::PlaneRole;

struct Model {
    const char* name;
    inference::Shape shape;  ///< from the model's config.json on the Hugging Face hub; LayerNorm's epsilon takes no area
};

const std::vector<Model>& models() {
    static const std::vector<Model> all{
        {"minilm-l6-h384", {384, 6, 12, 1536, 30522, 512, 2}},  {"bert-base", {768, 12, 12, 3072, 30522, 512, 2}},
        {"bert-large", {1024, 24, 16, 4096, 30522, 512, 2}},    {"roberta-base", {768, 12, 12, 3072, 50265, 514, 1}},
        {"distilbert-base", {768, 6, 12, 3072, 30522, 512, 0}},
    };
    return all;
}

/// Every matrix of the encoder, and the dense layer between it and the classifier.
template <class Add>
void each_matrix(const inference::Shape& shape, const Add& add) {
    for (std::size_t index = 0; index <= inference::matrix_index(shape.layers, 0); ++index)
        add(index, inference::matrix_name(shape, index), inference::matrix_size(shape, index));
}

std::string task_name(int task) { return "task" + std::to_string(task); }

}  // namespace

std::vector<std::string> shape_names() {
    std::vector<std::string> names;
    for (const Model& model : models()) names.emplace_back(model.name);
    return names;
}

inference::Shape shape_of(const std::string& model) {
    const auto found = std::find_if(models().begin(), models().end(), [&](const Model& one) { return model == one.name; });
    if (found == models().end()) throw InputError("--shape", "is " + model, detail::alternatives(shape_names()));
    return found->shape;
}

std::vector<Plane> planes_of(const FamilyShape& family) {
    const inference::Shape shape = shape_of(family.model);
    std::vector<Plane> planes;
    if (family.base_bits > 0)
        each_matrix(shape, [&](std::size_t, const std::string& name, inference::MatrixSize size) {
            planes.push_back({name, std::string(mapping::kBaseOwner), size.in, size.out, family.base_bits - 1});
        });
    for (int task = 0; task < family.tasks; ++task)
        each_matrix(shape, [&](std::size_t index, const std::string& name, inference::MatrixSize size) {
            if (family.delta_bits > 0) planes.push_back({name, task_name(task), size.in, size.out, family.delta_bits - 1});
            if (family.rank == 0) return;
            const int bits = family.factor_bits - 1, rank = std::min({family.rank, size.in, size.out});
            const std::string stage = inference::stage_name(shape, index);
            planes.push_back({name + compressor::kDownSuffix, task_name(task), size.in, rank, bits, PlaneRole::down_factor, stage});
            planes.push_back({name + compressor::kUpSuffix, task_name(task), rank, size.out, bits, PlaneRole::up_factor, stage});
        });
    return planes;
}

std::vector<Plane> planes_of_copies(const FamilyShape& family) {
    std::vector<Plane> planes;
    for (int task = 0; task < family.tasks; ++task)
        each_matrix(shape_of(family.model), [&](std::size_t, const std::string& name, inference::MatrixSize size) {
            planes.push_back({name, task_name(task), size.in, size.out, inference::kMatrixMagnitudeBits});
        });
    return planes;
}

std::int64_t embedding_bytes(const inference::Shape& shape, int bits) {
    return table_bytes(std::int64_t{shape.vocabulary} + shape.positions + shape.segments, shape.hidden, bits - 1);
}

ImageOnChip place_family(PlatformConfig& config, const FamilyShape& family) {
    const inference::Shape shape = shape_of(family.model);
    const int there = config.hierarchy.tiles;
    config.hierarchy.tiles = std::numeric_limits<int>::max();
    ImageOnChip on_chip = place_on_chip(config, planes_of(family), planes_of_copies(family), family.tasks,
                                        {embedding_bytes(shape, family.embedding_bits), embedding_bytes(shape, 8)});
    config.hierarchy.tiles = std::max(there, static_cast<int>(on_chip.image.tiles));
    return on_chip;
}

boost::json::object describe(const FamilyShape& family) {
    return {{"model", family.model},
            {"tasks", family.tasks},
            {"base_bits", family.base_bits},
            {"rank", family.rank},
            {"factor_bits", family.factor_bits},
            {"delta_bits", family.delta_bits},
            {"embedding_bits", family.embedding_bits}};
}

}  // namespace berth::platform
