// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace berth::workloads {

struct Example {
    std::optional<double> label;
    std::string first;
    std::optional<std::string> second;
};

/// A data set: UTF-8 TSV whose header names the columns label, sentence1 and, for pairs, sentence2, in any order.
struct DataSet {
    std::filesystem::path file;
    std::vector<Example> examples;
    bool labelled = false;

    /// The first `count` examples; all of them where count is 0.
    [[nodiscard]] DataSet first(std::size_t count) const;
};

/// @throws InputError naming file and line: no header, no sentence1, too few or too many fields, a label that is not a
/// number, bytes that are not UTF-8, no rows.
[[nodiscard]] DataSet read_dataset(const std::filesystem::path& file);

/// @throws InputError naming file and line when a class label is not a whole number in [0, labels).
void check_labels(const DataSet& data, int labels, bool regression);

}  // namespace berth::workloads
