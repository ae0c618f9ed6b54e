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
    std::size_t line = 0;  ///< of the file, from 1
};

/// Which rows of a data set are taken, by their number from 0: halves that depend on nothing but the file, so that one may be chosen by and
/// the other reported on.
enum class RowChoice { all, even, odd };

[[nodiscard]] std::vector<std::string> row_choice_names();
/// @throws InputError naming `where` and the choices there are.
[[nodiscard]] RowChoice row_choice_named(const std::string& name, const std::string& where);

/// A data set: UTF-8 TSV whose header names the columns label, sentence1 and, for pairs, sentence2, in any order.
struct DataSet {
    std::filesystem::path file;
    std::vector<Example> examples;
    bool labelled = false;

    /// The first `count` examples; all of them where count is 0.
    [[nodiscard]] DataSet first(std::size_t count) const;

    /// Those rows, in their order. @throws InputError naming the file where that leaves none.
    [[nodiscard]] DataSet only(RowChoice rows) const;
};

/// @throws InputError naming file and line: no header, no sentence1, too few or too many fields, a label that is not a
/// number, bytes that are not UTF-8, no rows.
[[nodiscard]] DataSet read_dataset(const std::filesystem::path& file);

/// @throws InputError naming file and line when a class label is not a whole number in [0, labels).
void check_labels(const DataSet& data, int labels, bool regression);

}  // namespace berth::workloads
