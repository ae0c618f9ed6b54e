// SPDX-License-Identifier: Apache-2.0
#include "platform/command/predictions.hpp"

#include "models/core/files.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>

namespace berth::command {

std::vector<double> predictions_of(std::span<const float> logits, int labels, bool regression) {
    const auto width = static_cast<std::size_t>(labels);
    std::vector<double> predictions;
    for (std::size_t at = 0; at + width <= logits.size(); at += width)
        predictions.push_back(workloads::predict(logits.subspan(at, width), regression));
    return predictions;
}

void write_predictions(const std::filesystem::path& file, std::span<const float> logits, int labels, bool regression) {
    const auto width = static_cast<std::size_t>(labels);
    std::string text = "index\tprediction";
    for (int label = 0; label < labels; ++label) fmt::format_to(std::back_inserter(text), "\tlogit_{}", label);
    const std::vector<double> predictions = predictions_of(logits, labels, regression);
    for (std::size_t i = 0; i < predictions.size(); ++i) {
        // A score is the logit itself, and reads so; a class is a whole number.
        if (regression)
            fmt::format_to(std::back_inserter(text), "\n{}\t{}", i, logits[i]);
        else
            fmt::format_to(std::back_inserter(text), "\n{}\t{}", i, static_cast<int>(predictions[i]));
        for (const float logit : logits.subspan(i * width, width)) fmt::format_to(std::back_inserter(text), "\t{}", logit);
    }
    write_text(file, text + "\n");
}

}  // namespace berth::command
