// SPDX-License-Identifier: Apache-2.0
#include "workloads/bert_config.hpp"

#include "models/core/error.hpp"
#include "models/core/json.hpp"

namespace berth::workloads {
namespace {

/// Far above any published BERT, and low enough that no product of two sizes leaves 64 bits.
constexpr int kLargestSize = 1 << 24;
constexpr int kMostLayers = 1024;
constexpr int kMostLabels = 1 << 16;

/// The keys of one config.json.
class Reader {
public:
    explicit Reader(const std::filesystem::path& file) : file_(file.string()), json_(read_json(file)) {
        if (!json_.is_object()) throw InputError(file_, "is not a JSON object", "the config.json of a BERT");
    }

    [[nodiscard]] const boost::json::value* find(std::string_view key) const {
        const auto* value = json_.get_object().if_contains(key);
        return value && !value->is_null() ? value : nullptr;
    }

    [[nodiscard]] int size(std::string_view key, int most) const {
        const auto* given = find(key);
        const std::string expected = "a whole number from 1 to " + std::to_string(most);
        if (!given) throw InputError(where(key), "is missing", expected);
        boost::system::error_code bad;
        const int value = given->to_number<int>(bad);
        if (bad || value < 1 || value > most) throw InputError(where(key), "is " + boost::json::serialize(*given), expected);
        return value;
    }

    [[nodiscard]] double number(std::string_view key, double least, double most) const {
        const auto* given = find(key);
        const std::string expected = "a number from " + std::to_string(least) + " to " + std::to_string(most);
        if (!given) throw InputError(where(key), "is missing", expected);
        boost::system::error_code bad;
        const double value = given->to_number<double>(bad);
        if (bad || !(value >= least && value <= most)) throw InputError(where(key), "is " + boost::json::serialize(*given), expected);
        return value;
    }

    /// The text under `key`; `otherwise` where there is none.
    [[nodiscard]] std::string text(std::string_view key, const std::string& otherwise) const {
        const auto* given = find(key);
        if (!given) return otherwise;
        if (!given->is_string()) throw InputError(where(key), "is " + boost::json::serialize(*given), "a string");
        return std::string(given->get_string());
    }

    [[nodiscard]] std::string where(std::string_view key) const { return file_ + ":" + std::string(key); }

private:
    std::string file_;
    boost::json::value json_;
};

std::vector<std::string> read_label_names(const Reader& reader) {
    const auto* given = reader.find("id2label");
    if (!given) return {};
    const std::string where = reader.where("id2label"), expected = "an object {\"0\": name, \"1\": name, ...} without gaps";
    if (!given->is_object()) throw InputError(where, "is not an object", expected);
    std::vector<std::string> names;
    for (std::size_t id = 0; id < given->get_object().size(); ++id) {
        const auto* name = given->get_object().if_contains(std::to_string(id));
        if (!name || !name->is_string()) throw InputError(where + "." + std::to_string(id), "is missing or not a string", expected);
        names.emplace_back(name->get_string());
    }
    return names;
}

Gelu read_activation(const Reader& reader) {
    const std::string name = reader.text("hidden_act", "gelu");
    if (name == "gelu") return Gelu::erf;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Gelu::tanh;
    throw InputError(reader.where("hidden_act"), "is " + name, "gelu or gelu_new");
}

void read_head(const Reader& reader, BertConfig& config) {
    constexpr int usual_labels = 2;
    config.label_names = read_label_names(reader);
    config.labels = config.label_names.empty() ? usual_labels : static_cast<int>(config.label_names.size());
    if (reader.find("num_labels")) config.labels = reader.size("num_labels", kMostLabels);
    if (config.label_names.size() != static_cast<std::size_t>(config.labels)) config.label_names.clear();

    const std::string problem = reader.text("problem_type", "");
    const std::string where = reader.where("problem_type");
    if (!problem.empty() && problem != "regression" && problem != "single_label_classification")
        throw InputError(where, "is " + problem, "regression or single_label_classification");
    config.regression = problem == "regression" || (problem.empty() && config.labels == 1);
    if (config.regression && config.labels != 1)
        throw InputError(where, "is regression with " + std::to_string(config.labels) + " labels", "one label");
    config.finetuning_task = reader.text("finetuning_task", "");
}

}  // namespace

BertConfig read_bert_config(const std::filesystem::path& file) {
    const Reader reader(file);
    const auto require = [&](std::string_view key, const std::string& value) {
        if (const std::string given = reader.text(key, value); given != value) throw InputError(reader.where(key), "is " + given, value);
    };
    require("model_type", "bert");
    require("position_embedding_type", "absolute");

    BertConfig config;
    config.hidden = reader.size("hidden_size", kLargestSize);
    config.layers = reader.size("num_hidden_layers", kMostLayers);
    config.heads = reader.size("num_attention_heads", kLargestSize);
    config.intermediate = reader.size("intermediate_size", kLargestSize);
    config.vocabulary = reader.size("vocab_size", kLargestSize);
    config.positions = reader.size("max_position_embeddings", kLargestSize);
    config.segments = reader.size("type_vocab_size", kLargestSize);
    config.norm_epsilon = reader.number("layer_norm_eps", 0.0, 1.0);
    config.gelu = read_activation(reader);
    if (config.hidden % config.heads != 0)
        throw InputError(reader.where("hidden_size"), "is " + std::to_string(config.hidden),
                         "a multiple of the " + std::to_string(config.heads) + " attention heads");
    read_head(reader, config);
    return config;
}

}  // namespace berth::workloads
