// SPDX-License-Identifier: Apache-2.0
#include "platform/family_shape.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

namespace berth::platform {
namespace {

using inference::Int8Matrix;

constexpr int kLabels = 2;

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

Int8Matrix matrix_of(int out, int in, int bits) { return {out, in, {}, {}, bits - 1}; }

std::shared_ptr<const Int8Matrix> shared_matrix(inference::MatrixSize size, int bits) {
    return std::make_shared<const Int8Matrix>(matrix_of(size.out, size.in, bits));
}

std::shared_ptr<const inference::MatrixDelta> delta_of(const FamilyShape& family, inference::MatrixSize size) {
    inference::MatrixDelta delta{family.delta_bits - 1, {}, {}};
    delta.channels.resize(static_cast<std::size_t>(std::lround(family.kept * size.out)));
    std::iota(delta.channels.begin(), delta.channels.end(), 0);
    return std::make_shared<const inference::MatrixDelta>(std::move(delta));
}

std::shared_ptr<const inference::LowRankDelta> low_rank_of(const FamilyShape& family, inference::MatrixSize size) {
    const int rank = std::min({family.rank, size.in, size.out});
    return std::make_shared<const inference::LowRankDelta>(
        inference::LowRankDelta{matrix_of(rank, size.in, family.factor_bits), matrix_of(size.out, rank, family.factor_bits)});
}

inference::Linear linear_of(const FamilyShape& family, const compressor::WeightImage& image, std::size_t index) {
    const inference::MatrixSize size = inference::matrix_size(image.shape, index);
    inference::Linear linear;
    linear.matrix = image.base.empty() ? shared_matrix(size, family.delta_bits) : image.base[index];
    if (!image.base.empty() && family.delta_bits > 0) linear.delta = delta_of(family, size);
    if (family.rank > 0) linear.low_rank = low_rank_of(family, size);
    return linear;
}

std::shared_ptr<const inference::Embeddings> embeddings_of(const inference::Shape& shape, int bits) {
    const auto table = [&](int rows) { return matrix_of(rows, shape.hidden, bits); };
    return std::make_shared<const inference::Embeddings>(
        inference::Embeddings{table(shape.vocabulary), table(shape.positions), table(shape.segments)});
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

compressor::WeightImage outline_of(const FamilyShape& family) {
    if (family.base_bits == 0 && family.delta_bits == 0)
        throw InputError("--base-bits", "is 0, and --delta-bits too", "a base, or copies of so many bits");
    compressor::WeightImage image;
    image.shape = shape_of(family.model);
    const std::size_t linears = inference::matrix_index(image.shape.layers, 0) + 1;
    for (std::size_t index = 0; family.base_bits > 0 && index < linears; ++index)
        image.base.push_back(shared_matrix(inference::matrix_size(image.shape, index), family.base_bits));
    const auto embeddings = embeddings_of(image.shape, family.embedding_bits);
    for (int number = 0; number < family.tasks; ++number) {
        compressor::TaskImage task;
        task.name = task_name(number);
        task.network.shape = image.shape;
        task.network.labels = kLabels;
        task.network.embeddings = embeddings;
        for (std::size_t index = 0; index < linears; ++index) task.network.linears.push_back(linear_of(family, image, index));
        image.tasks.push_back(std::move(task));
    }
    return image;
}

ImageOnChip place_family(PlatformConfig& config, const compressor::WeightImage& outline) {
    const bool fills_chips = config.hierarchy.replication == "balanced" && config.hierarchy.copies_area == 0.0;
    PlatformConfig roomy = config;
    roomy.hierarchy = config.hierarchy.without_limit();
    if (fills_chips) roomy.hierarchy.replication = "none";
    ImageOnChip on_chip = place_on_chip(roomy, outline);
    on_chip.chip_tiles = config.hierarchy.tiles;
    config.hierarchy.chips = std::max(config.hierarchy.chips, static_cast<int>(on_chip.chips(on_chip.image)));
    // Such copies take what the weights leave of the chips, and so come when it is known how many chips there are.
    return fills_chips ? place_on_chip(config, outline) : on_chip;
}

boost::json::object describe(const FamilyShape& family) {
    return {{"model", family.model},
            {"tasks", family.tasks},
            {"base_bits", family.base_bits},
            {"rank", family.rank},
            {"factor_bits", family.factor_bits},
            {"delta_bits", family.delta_bits},
            {"kept", family.kept},
            {"embedding_bits", family.embedding_bits}};
}

}  // namespace berth::platform
