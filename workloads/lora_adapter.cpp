// SPDX-License-Identifier: Apache-2.0
#include "workloads/lora_adapter.hpp"

#include "models/core/error.hpp"
#include "workloads/lora_config.hpp"
#include "workloads/tensor_values.hpp"

#include <array>
#include <string_view>

namespace berth::workloads {
namespace {

namespace fs = std::filesystem;

constexpr const char *kConfig = "adapter_config.json", *kWeights = "adapter_model.safetensors";
constexpr std::string_view kPrefix = "base_model.model.", kDown = ".lora_A.weight", kUp = ".lora_B.weight";

/// Parts of names that PEFT's wrapping adds and the base does not have.
constexpr std::array<std::string_view, 3> kWrapping{".base_layer", ".modules_to_save", ".default"};

/// A tensor's name as the base has it, or would.
std::string base_name_of(const std::string& name, const std::string& where) {
    if (!name.starts_with(kPrefix))
        throw InputError(where, "is not a tensor of an adapter", "a name that begins with " + std::string(kPrefix));
    std::string bare = name.substr(kPrefix.size());
    for (const std::string_view part : kWrapping)
        for (auto at = bare.find(part); at != bare.npos; at = bare.find(part, at)) {
            const std::size_t end = at + part.size();
            if (end == bare.size() || bare[end] == '.')
                bare.erase(at, part.size());
            else
                ++at;
        }
    return bare;
}

/// The two factors of a layer in the file.
struct Pair {
    const TensorView *down = nullptr, *up = nullptr;
    std::string down_name, up_name;
};

std::vector<float> read_factor(const TensorView& view, const std::string& where, std::vector<std::int64_t> expected,
                               const std::string& because) {
    if (view.shape != expected) throw InputError(where, "has shape " + shown(view.shape), shown(expected) + because);
    return finite_values(view, where);
}

LowRankFactors read_factors(const Pair& pair, const std::string& layer, const LoraConfig& config, const std::string& file) {
    if (!pair.down || !pair.up)
        throw InputError(file + ": " + (pair.down ? pair.down_name : pair.up_name), "is alone",
                         "lora_A.weight and lora_B.weight of " + layer);
    for (const auto& [view, name] : {std::pair{pair.down, pair.down_name}, std::pair{pair.up, pair.up_name}})
        if (view->shape.size() != 2) throw InputError(file + ": " + name, "has shape " + shown(view->shape), "a matrix");
    LowRankFactors factors;
    factors.rank = config.rank_of(layer);
    factors.scale = config.scale_of(layer);
    const std::int64_t rank = factors.rank, in = pair.down->shape[1], out = pair.up->shape[0];
    const std::string because = " for rank " + std::to_string(rank) + ", as " + kConfig + " says";
    factors.down = read_factor(*pair.down, file + ": " + pair.down_name, {rank, in}, because);
    factors.up = read_factor(*pair.up, file + ": " + pair.up_name, {out, rank}, because);
    factors.in = static_cast<int>(in);
    factors.out = static_cast<int>(out);
    return factors;
}

}  // namespace

void LowRankFactors::add_to(std::span<float> weight) const {
    const auto width = static_cast<std::size_t>(in);
    std::vector<float> row(width);
    for (std::size_t o = 0; o < static_cast<std::size_t>(out); ++o) {
        row.assign(width, 0.0F);
        for (std::size_t k = 0; k < static_cast<std::size_t>(rank); ++k) {
            const float factor = up[o * static_cast<std::size_t>(rank) + k];
            for (std::size_t i = 0; i < width; ++i) row[i] += factor * down[k * width + i];
        }
        for (std::size_t i = 0; i < width; ++i) weight[o * width + i] += scale * row[i];
    }
}

bool LoraAdapter::is_in(const fs::path& directory) {
    return fs::exists(directory / kConfig) && !fs::exists(directory / "model.safetensors") &&
           !fs::exists(directory / "model.safetensors.index.json");
}

LoraAdapter::LoraAdapter(const fs::path& directory) : directory_(directory), file_(directory / kWeights) {
    const LoraConfig config = read_lora_config(config_file());
    base_name_ = config.base;
    std::error_code bad;
    const fs::path beside = (directory / base_name_).lexically_normal();
    if (!base_name_.empty() && fs::is_directory(beside, bad)) named_base_ = beside;

    const std::string file = file_.path().string();
    std::map<std::string, Pair> pairs;
    for (const auto& [name, view] : file_.tensors()) {
        if (name.find(".original_module.") != name.npos) continue;
        const std::string bare = base_name_of(name, file + ": " + name);
        if (bare.ends_with(kDown)) {
            Pair& pair = pairs[bare.substr(0, bare.size() - kDown.size())];
            pair.down = &view, pair.down_name = name;
        } else if (bare.ends_with(kUp)) {
            Pair& pair = pairs[bare.substr(0, bare.size() - kUp.size())];
            pair.up = &view, pair.up_name = name;
        } else if (bare.find("lora_") != bare.npos) {
            throw InputError(file + ": " + name, "is not of a linear layer without bias", "lora_A.weight and lora_B.weight alone");
        } else {
            tensors_[bare] = view;
        }
    }
    if (pairs.empty() && tensors_.empty()) throw InputError(file, "has no tensor", "the weights of an adapter");
    for (const auto& [layer, pair] : pairs)
        layers_[layer] = std::make_shared<const LowRankFactors>(read_factors(pair, layer, config, file));
}

}  // namespace berth::workloads
