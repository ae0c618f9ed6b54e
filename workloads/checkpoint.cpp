// SPDX-License-Identifier: Apache-2.0
#include "workloads/checkpoint.hpp"

#include "models/core/error.hpp"
#include "models/core/json.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace berth::workloads {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

const fs::path& existing_folder(const fs::path& directory) {
    std::error_code bad;
    if (!fs::is_directory(directory, bad)) throw InputError(directory.string(), "is not a folder", "a folder with config.json and weights");
    return directory;
}

/// The files that an index spreads the tensors over. A name that leaves the folder is not followed.
std::set<std::string> shard_names(const fs::path& index) {
    const boost::json::value json = read_json(index);
    const auto* map = json.is_object() ? json.get_object().if_contains("weight_map") : nullptr;
    if (!map || !map->is_object() || map->get_object().empty())
        throw InputError(index.string() + ":weight_map", "is missing or empty", "an object that gives every tensor's file");
    std::set<std::string> names;
    for (const auto& [tensor, file] : map->get_object()) {
        const std::string name = file.is_string() ? std::string(file.get_string()) : "";
        if (name.empty() || fs::path(name).filename() != name)
            throw InputError(index.string() + ":weight_map." + std::string(tensor), "is " + boost::json::serialize(file),
                             "the name of a file beside the index");
        names.insert(name);
    }
    return names;
}

std::vector<SafetensorsFile> open_shards(const fs::path& directory) {
    std::vector<SafetensorsFile> shards;
    const fs::path single = directory / kWeights, index = directory / kIndex;
    if (!fs::exists(single) && fs::exists(index))
        for (const std::string& name : shard_names(index)) shards.emplace_back(directory / name);
    else
        shards.emplace_back(single);
    return shards;
}

void refuse_tensor_in_two_shards(const std::vector<SafetensorsFile>& shards) {
    std::set<std::string_view> seen;
    for (const SafetensorsFile& shard : shards)
        for (const auto& [name, view] : shard.tensors())
            if (!seen.insert(name).second)
                throw InputError(shard.path().string() + ": " + name, "stands in another shard too", "one place a tensor");
}

/// Checkpoints converted from the first BERT call a norm's weight gamma and its bias beta.
std::string old_spelling(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> renamed{
        {{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}}};
    for (const auto& [now, old] : renamed)
        if (name.ends_with(now)) return name.substr(0, name.size() - now.size()) + std::string(old);
    return name;
}

std::string shown(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    return text + "]";
}

}  // namespace

struct Checkpoint::Found {
    const SafetensorsFile* file = nullptr;
    const TensorView* view = nullptr;
    std::string name;
};

Checkpoint::Checkpoint(const fs::path& directory)
    : directory_(existing_folder(directory)), config_(read_bert_config(directory / "config.json")), shards_(open_shards(directory)) {
    refuse_tensor_in_two_shards(shards_);
}

Checkpoint::Found Checkpoint::find(const std::string& name) const {
    const std::string prefix = kArchitectureNames[static_cast<std::size_t>(config_.architecture)] + std::string(".");
    for (const std::string& spelling : {name, prefix + name, old_spelling(name), prefix + old_spelling(name)})
        for (const SafetensorsFile& shard : shards_)
            if (const auto at = shard.tensors().find(spelling); at != shard.tensors().end()) return {&shard, &at->second, spelling};
    return {};
}

bool Checkpoint::has(const std::string& name) const { return find(name).view != nullptr; }

std::vector<float> Checkpoint::tensor(const std::string& name, std::span<const std::int64_t> shape) const {
    const Found found = find(name);
    if (!found.view) {
        const fs::path where = shards_.size() == 1 ? shards_.front().path() : directory_ / kIndex;
        throw InputError(where.string() + ": " + name, "is missing", "an F32, F16 or BF16 tensor of shape " + shown(shape));
    }
    const std::string where = found.file->path().string() + ": " + found.name;
    if (!std::equal(shape.begin(), shape.end(), found.view->shape.begin(), found.view->shape.end()))
        throw InputError(where, "has shape " + shown(found.view->shape), shown(shape) + " as config.json says");
    std::vector<float> values(static_cast<std::size_t>(found.view->elements()));
    if (const std::int64_t bad = widen(*found.view, values); bad >= 0)
        throw InputError(where, "value " + std::to_string(bad) + " is not finite", "finite weights");
    return values;
}

std::vector<fs::path> Checkpoint::files() const {
    std::vector<fs::path> files;
    for (const SafetensorsFile& shard : shards_) files.push_back(shard.path());
    for (const char* name : {"config.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json"})
        if (fs::exists(directory_ / name)) files.push_back(directory_ / name);
    if (!fs::exists(directory_ / kWeights)) files.push_back(directory_ / kIndex);
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace berth::workloads
