// SPDX-License-Identifier: Apache-2.0
// candidate_seconds IMAGE TASK INPUT: how long a search waits for the logits of one candidate that differs from the task's network in
// its first layer, on all rows of INPUT; the least of three.
#include "compressor/evaluator.hpp"
#include "compressor/image_file.hpp"
#include "models/core/parallel.hpp"
#include "models/core/progress.hpp"
#include "workloads/dataset.hpp"
#include "workloads/encoded_dataset.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

namespace {

using namespace berth;

double seconds_of_candidate(const char* image_file, const char* task, const char* input) {
    const compressor::WeightImage image = compressor::read_image(image_file);
    const inference::Network& network = image.task(task).network;
    Threads threads(0);
    compressor::Probe probe;
    probe.sentences = compressor::sentences_of(
        workloads::encode_dataset(workloads::read_dataset(input), workloads::Tokenizer(image.tokenizer), image.shape.segments, threads));
    const compressor::Evaluator evaluator(network, probe, 1, threads);
    double least = 1e300;
    for (int again = 0; again < 3; ++again) {
        std::vector<inference::Network> candidates{network};
        auto& matrix = candidates.front().linears.front().matrix;
        matrix = std::make_shared<const inference::Int8Matrix>(*matrix);
        Progress progress("", probe.sentences.size(), true);
        const auto begin = std::chrono::steady_clock::now();
        (void)evaluator.logits(candidates, progress);
        least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return least;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    try {
        std::printf("%.2f\n", seconds_of_candidate(argv[1], argv[2], argv[3]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
