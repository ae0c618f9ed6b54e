// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/workloads/small_bert.hpp"
#include "workloads/byte_bpe.hpp"

#include <string>
#include <utility>
#include <vector>

namespace berth::test {

/// Moves tensors whose name begins with `from` to `to`.
inline void rename_tensors(SmallBert& bert, const std::string& from, const std::string& to) {
    std::map<std::string, Tensor> renamed;
    for (auto& [name, tensor] : bert.tensors) renamed[name.starts_with(from) ? to + name.substr(from.size()) : name] = std::move(tensor);
    bert.tensors = std::move(renamed);
}

/// The first special tokens, a letter a byte, the given pieces, <mask>: as RoBERTa's vocabularies are laid out.
[[nodiscard]] inline std::vector<std::string> byte_vocabulary(const std::vector<std::string>& pieces) {
    std::vector<std::string> vocabulary{"<s>", "<pad>", "</s>", "<unk>"};
    vocabulary.insert(vocabulary.end(), workloads::byte_letters().begin(), workloads::byte_letters().end());
    vocabulary.insert(vocabulary.end(), pieces.begin(), pieces.end());
    vocabulary.emplace_back("<mask>");
    return vocabulary;
}

/// vocab.json of a vocabulary.
[[nodiscard]] inline std::string vocabulary_table(const std::vector<std::string>& vocabulary) {
    boost::json::object table;
    for (std::size_t id = 0; id < vocabulary.size(); ++id) table[vocabulary[id]] = id;
    return boost::json::serialize(table);
}

/// The same random layers under RoBERTa's names, with two rows of positions for no token.
struct SmallRoberta : SmallBert {
    std::vector<std::string> merges{"a b"};

    SmallRoberta() {
        vocabulary = byte_vocabulary({"ab"});
        const auto rows = static_cast<std::int64_t>(vocabulary.size());
        for (const auto& [key, value] : {std::pair{"vocab_size", rows}, std::pair{"max_position_embeddings", std::int64_t{kPositions} + 2},
                                         std::pair{"type_vocab_size", std::int64_t{1}}, std::pair{"pad_token_id", std::int64_t{1}}})
            config[key] = value;
        config["model_type"] = "roberta";
        rename_tensors(*this, "classifier.", "classifier.out_proj.");
        rename_tensors(*this, "bert.pooler.", "classifier.");
        rename_tensors(*this, "bert.", "roberta.");
        add("roberta.embeddings.word_embeddings.weight", {rows, kHidden});
        add("roberta.embeddings.position_embeddings.weight", {kPositions + 2, kHidden});
        add("roberta.embeddings.token_type_embeddings.weight", {1, kHidden});
    }

    const std::filesystem::path& write(const Scratch& scratch) const {
        std::string lines = "#version: 0.2\n";
        for (const std::string& merge : merges) lines += merge + "\n";
        scratch.file("config.json", boost::json::serialize(config));
        scratch.file("vocab.json", vocabulary_table(vocabulary));
        scratch.file("merges.txt", lines);
        scratch.file("model.safetensors", safetensors(tensors));
        return scratch.path();
    }
};

/// The same random layers under DistilBERT's names, without segments.
struct SmallDistilBert : SmallBert {
    SmallDistilBert() {
        config = {{"model_type", "distilbert"},
                  {"dim", kHidden},
                  {"n_layers", kLayers},
                  {"n_heads", kHeads},
                  {"hidden_dim", kWide},
                  {"vocab_size", 10},
                  {"max_position_embeddings", kPositions},
                  {"activation", "gelu"},
                  {"num_labels", kLabels}};
        tensors.erase("bert.embeddings.token_type_embeddings.weight");
        rename_tensors(*this, "bert.pooler.dense.", "pre_classifier.");
        for (int layer = 0; layer < kLayers; ++layer) {
            const std::string from = "bert.encoder.layer." + std::to_string(layer) + ".";
            const std::string to = "distilbert.transformer.layer." + std::to_string(layer) + ".";
            for (const auto& [bert, distilled] :
                 {std::pair{"attention.self.query.", "attention.q_lin."}, std::pair{"attention.self.key.", "attention.k_lin."},
                  std::pair{"attention.self.value.", "attention.v_lin."}, std::pair{"attention.output.dense.", "attention.out_lin."},
                  std::pair{"attention.output.LayerNorm.", "sa_layer_norm."}, std::pair{"intermediate.dense.", "ffn.lin1."},
                  std::pair{"output.dense.", "ffn.lin2."}, std::pair{"output.LayerNorm.", "output_layer_norm."}})
                rename_tensors(*this, from + bert, to + distilled);
        }
        rename_tensors(*this, "bert.", "distilbert.");
    }
};

}  // namespace berth::test
