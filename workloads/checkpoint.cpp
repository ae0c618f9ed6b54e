// SPDX-License-Identifier: Apache-2.0
#include "workloads/checkpoint.hpp"

#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "workloads/tensor_values.hpp"
#include "workloads/tokenizer.hpp"

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

/// Whether a tensor belongs to a task's head, which a base need not have.
bool is_of_head(const std::string& name) { return name.starts_with("classifier.") || name.starts_with("pre_classifier."); }

std::shared_ptr<const LoraAdapter> open_adapter(const fs::path& directory) {
    return LoraAdapter::is_in(directory) ? std::make_shared<const LoraAdapter>(directory) : nullptr;
}

bool same_weights(const fs::path& a, const fs::path& b) {
    std::error_code bad;
    if (fs::equivalent(a, b, bad)) return true;
    const auto ours = open_shards(a), theirs = open_shards(b);
    return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](const SafetensorsFile& x, const SafetensorsFile& y) {
        return fs::file_size(x.path()) == fs::file_size(y.path()) && sha256_of_file(x.path()) == sha256_of_file(y.path());
    });
}

/// The folder of the model that an adapter is for.
fs::path base_of(const LoraAdapter& adapter, const fs::path& given) {
    const std::string where = adapter.config_file().string() + ":base_model_name_or_path";
    if (given.empty()) {
        if (!adapter.named_base().empty()) return adapter.named_base();
        throw InputError(where, adapter.base_name().empty() ? "is missing" : "is " + adapter.base_name() + ", which is no folder here",
                         "the base's folder, or --base DIR");
    }
    existing_folder(given);
    if (!adapter.named_base().empty() && !same_weights(adapter.named_base(), given))
        throw InputError(where, "is " + adapter.base_name() + ", which has other weights", "an adapter of " + given.string());
    return given;
}

}  // namespace

struct Checkpoint::Found {
    fs::path file;
    const TensorView* view = nullptr;
    std::string name;
};

Checkpoint::Checkpoint(const fs::path& directory, const fs::path& base)
    : directory_(existing_folder(directory)),
      adapter_(open_adapter(directory)),
      model_(adapter_ ? base_of(*adapter_, base) : directory),
      config_(read_bert_config(model_ / "config.json")),
      shards_(open_shards(model_)) {
    refuse_tensor_in_two_shards(shards_);
    if (!adapter_) return;
    check_adapter();
    read_head_of_adapter();
}

std::string Checkpoint::prefix() const { return kArchitectureNames[static_cast<std::size_t>(config_.architecture)] + std::string("."); }

/// An adapter for another base has layers that this one has not, or of other sizes. What is the head's may be new.
void Checkpoint::check_adapter() const {
    const std::string file = adapter_->weight_file().string(), base = "an adapter of " + model_.string();
    for (const auto& [layer, factors] : adapter_->layers()) {
        const Found weight = find_in_base(layer + ".weight");
        if (!weight.view) throw InputError(file + ": " + layer, "is no layer of the base", base);
        const std::array<std::int64_t, 2> own{factors->out, factors->in};
        if (!std::equal(own.begin(), own.end(), weight.view->shape.begin(), weight.view->shape.end()))
            throw InputError(file + ": " + layer, "has factors for a weight of shape " + shown(own),
                             shown(weight.view->shape) + ", the base's (" + weight.file.string() + ")");
    }
    for (const auto& [name, view] : adapter_->tensors())
        if (!is_of_head(name) && !find_in_base(name).view) throw InputError(file + ": " + name, "is no tensor of the base", base);
}

/// An adapter's folder has no config.json; its classifier says how many labels there are.
void Checkpoint::read_head_of_adapter() {
    for (const char* name : {"classifier.weight", "classifier.out_proj.weight"}) {
        const auto at = adapter_->tensors().find(name);
        if (at == adapter_->tensors().end()) continue;
        const auto& shape = at->second.shape;
        if (shape.size() != 2 || shape[0] < 1 || shape[0] > kMostLabels)
            throw InputError(adapter_->weight_file().string() + ": " + name, "has shape " + shown(shape),
                             shown(std::array<std::int64_t, 2>{config_.labels, config_.hidden}));
        if (config_.labels == shape[0]) continue;
        config_.labels = static_cast<int>(shape[0]);
        config_.label_names.clear();
        config_.regression = config_.labels == 1;
    }
}

Checkpoint::Found Checkpoint::find(const std::string& name) const {
    if (adapter_)
        for (const std::string& spelling : {name, prefix() + name})
            if (const auto at = adapter_->tensors().find(spelling); at != adapter_->tensors().end())
                return {adapter_->weight_file(), &at->second, spelling};
    return find_in_base(name);
}

Checkpoint::Found Checkpoint::find_in_base(const std::string& name) const {
    for (const std::string& spelling : {name, prefix() + name, old_spelling(name), prefix() + old_spelling(name)})
        for (const SafetensorsFile& shard : shards_)
            if (const auto at = shard.tensors().find(spelling); at != shard.tensors().end()) return {shard.path(), &at->second, spelling};
    return {};
}

std::shared_ptr<const LowRankFactors> Checkpoint::factors(const std::string& name) const {
    constexpr std::string_view weight = ".weight";
    if (!adapter_ || !name.ends_with(weight)) return nullptr;
    const std::string layer = name.substr(0, name.size() - weight.size());
    for (const std::string& spelling : {layer, prefix() + layer})
        if (const auto at = adapter_->layers().find(spelling); at != adapter_->layers().end()) return at->second;
    return nullptr;
}

bool Checkpoint::has(const std::string& name) const { return find(name).view != nullptr; }

std::vector<float> Checkpoint::tensor(const std::string& name, std::span<const std::int64_t> shape) const {
    const Found found = find(name);
    if (!found.view) {
        fs::path where = shards_.size() == 1 ? shards_.front().path() : model_ / kIndex;
        if (adapter_ && is_of_head(name)) where = adapter_->weight_file();
        throw InputError(where.string() + ": " + name, "is missing", "an F32, F16 or BF16 tensor of shape " + shown(shape));
    }
    const std::string where = found.file.string() + ": " + found.name;
    if (!std::equal(shape.begin(), shape.end(), found.view->shape.begin(), found.view->shape.end()))
        throw InputError(where, "has shape " + shown(found.view->shape), shown(shape) + " as config.json says");
    std::vector<float> values = finite_values(*found.view, where);
    if (const auto added = factors(name)) added->add_to(values);
    return values;
}

const fs::path& Checkpoint::tokenizer_directory() const { return has_tokenizer(directory_) ? directory_ : model_; }

std::vector<fs::path> Checkpoint::files() const {
    std::vector<fs::path> files;
    for (const SafetensorsFile& shard : shards_) files.push_back(shard.path());
    files.push_back(model_ / "config.json");
    for (const char* name : {"vocab.txt", "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json"})
        if (fs::exists(tokenizer_directory() / name)) files.push_back(tokenizer_directory() / name);
    if (!fs::exists(model_ / kWeights)) files.push_back(model_ / kIndex);
    if (adapter_) files.insert(files.end(), {adapter_->config_file(), adapter_->weight_file()});
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace berth::workloads
