// SPDX-License-Identifier: Apache-2.0
// functional_predictions IMAGE TASK INPUT OUT: the predictions of the functional executor alone, without the platform,
// in the format of `berth simulate --predictions`.
#include "compressor/image_file.hpp"
#include "models/core/parallel.hpp"
#include "models/inference/executor.hpp"
#include "platform/command/predictions.hpp"
#include "workloads/dataset.hpp"
#include "workloads/encoded_dataset.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

namespace {

void predict(const char* image_file, const char* task_name, const char* input, const char* out) {
    using namespace berth;
    const compressor::WeightImage image = compressor::read_image(image_file);
    const inference::Network& network = image.task(task_name).network;
    Threads threads(0);
    const auto encoded =
        workloads::encode_dataset(workloads::read_dataset(input), workloads::Tokenizer(image.tokenizer), image.shape.segments, threads);
    const inference::ExactEngine engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    const auto labels = static_cast<std::size_t>(network.labels);
    std::vector<float> logits(encoded.size() * labels);
    threads.for_each(encoded.size(), [&](std::size_t i) {
        const std::vector<inference::Sentence> sentence{{i, encoded[i].ids, encoded[i].segments}};
        std::ranges::copy(executor.logits(sentence), logits.begin() + static_cast<std::ptrdiff_t>(i * labels));
    });
    command::write_predictions(out, logits, network.labels, network.regression);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    try {
        predict(argv[1], argv[2], argv[3], argv[4]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
