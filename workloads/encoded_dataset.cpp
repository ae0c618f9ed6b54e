// SPDX-License-Identifier: Apache-2.0
#include "workloads/encoded_dataset.hpp"

#include "models/core/error.hpp"

namespace berth::workloads {

std::vector<Encoded> encode_dataset(const DataSet& data, const Tokenizer& tokenizer, int segments, Threads& threads) {
    if (segments < 2 && tokenizer.settings().pair_segments && !data.examples.empty() && data.examples.front().second)
        throw InputError(data.file.string(), "holds sentence pairs", "single sentences, as the model's config.json has type_vocab_size 1");
    std::vector<Encoded> encoded(data.examples.size());
    threads.for_each(encoded.size(),
                     [&](std::size_t i) { encoded[i] = tokenizer.encode(data.examples[i].first, data.examples[i].second); });
    return encoded;
}

std::size_t count_tokens(std::span<const Encoded> sentences) {
    std::size_t tokens = 0;
    for (const Encoded& sentence : sentences) tokens += sentence.ids.size();
    return tokens;
}

std::vector<double> labels_of(const DataSet& data) {
    std::vector<double> labels;
    for (const Example& example : data.examples) labels.push_back(example.label.value());
    return labels;
}

}  // namespace berth::workloads
