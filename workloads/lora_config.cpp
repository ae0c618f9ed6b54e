// SPDX-License-Identifier: Apache-2.0
#include "workloads/lora_config.hpp"

#include "models/core/error.hpp"
#include "workloads/config_file.hpp"

#include <boost/regex.hpp>

#include <cmath>
#include <stdexcept>

namespace berth::workloads {
namespace {

constexpr int kLargestRank = 1 << 16;
constexpr double kLargestAlpha = 1e6;

/// Whether a pattern names a layer, as PEFT has it: the whole name, or its end behind a dot.
bool names_layer(const std::string& expression, const std::string& layer, const std::string& where) {
    try {
        return boost::regex_match(layer, boost::regex("(.*\\.)?(" + expression + ")"));
    } catch (const std::runtime_error&) {  // for a bad expression, and for one that takes too long
        throw InputError(where, "is not a regular expression", "one that layers' names match");
    }
}

template <class Value>
Value value_for(const std::vector<LayerPattern<Value>>& patterns, const std::string& layer, Value otherwise) {
    for (const auto& [where, expression, value] : patterns)
        if (names_layer(expression, layer, where)) return value;
    return otherwise;
}

template <class Value, class Read>
std::vector<LayerPattern<Value>> read_patterns(const ConfigFile& config, const char* key, const Read& read) {
    std::vector<LayerPattern<Value>> patterns;
    const auto* given = config.find(key);
    if (!given) return patterns;
    if (!given->is_object()) throw InputError(config.where(key), "is not an object", "an object of pattern: number");
    for (const auto& [pattern, value] : given->get_object()) {
        const std::string where = config.where(key) + "." + std::string(pattern);
        (void)names_layer(std::string(pattern), "layer", where);
        patterns.push_back({where, std::string(pattern), read(value, where)});
    }
    return patterns;
}

void refuse_other_adapters(const ConfigFile& config) {
    if (const std::string type = config.text("peft_type", ""); type != "LORA")
        throw InputError(config.where("peft_type"), type.empty() ? "is missing" : "is " + type, "LORA");
    if (config.flag("use_dora", false)) throw InputError(config.where("use_dora"), "is true", "false: LoRA without magnitudes");
    if (config.find("layer_replication")) throw InputError(config.where("layer_replication"), "is given", "null: the layers of the base");
    (void)config.flag("fan_in_fan_out", false);
}

}  // namespace

int LoraConfig::rank_of(const std::string& layer) const { return value_for(rank_pattern, layer, rank); }

float LoraConfig::scale_of(const std::string& layer) const {
    const double own = rank_of(layer);
    return static_cast<float>(value_for(alpha_pattern, layer, alpha) / (by_root ? std::sqrt(own) : own));
}

LoraConfig read_lora_config(const std::filesystem::path& file) {
    const ConfigFile config(file, "the adapter_config.json of a PEFT LoRA adapter");
    refuse_other_adapters(config);
    LoraConfig read;
    read.base = config.text("base_model_name_or_path", "");
    read.rank = config.size("r", kLargestRank);
    read.alpha = config.number("lora_alpha", -kLargestAlpha, kLargestAlpha);
    read.by_root = config.flag("use_rslora", false);
    const auto rank = [](const boost::json::value& value, const std::string& where) { return size_of(value, kLargestRank, where); };
    const auto alpha = [](const boost::json::value& value, const std::string& where) {
        return number_of(value, -kLargestAlpha, kLargestAlpha, where);
    };
    read.rank_pattern = read_patterns<int>(config, "rank_pattern", rank);
    read.alpha_pattern = read_patterns<double>(config, "alpha_pattern", alpha);
    return read;
}

}  // namespace berth::workloads
