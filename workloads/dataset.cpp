// SPDX-License-Identifier: Apache-2.0
#include "workloads/dataset.hpp"

#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "workloads/unicode_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace berth::workloads {
namespace {

constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 30;
constexpr std::array<const char*, 3> kRowChoices{"all", "even", "odd"};  ///< in RowChoice's order

/// Walks the lines of a text, counted from 1. A line end at the very end begins no line.
class Lines {
public:
    Lines(std::string_view text, std::string file) : rest_(text), file_(std::move(file)) {
        if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    }

    [[nodiscard]] bool next(std::string_view& line) {
        if (rest_.empty()) return false;
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++number_;
        if (const auto bad = first_not_utf8(line))
            throw InputError(where(), "byte " + std::to_string(*bad + 1) + " is not UTF-8", "UTF-8 text");
        return true;
    }

    [[nodiscard]] std::size_t number() const { return number_; }
    [[nodiscard]] std::string where() const { return file_ + ":" + std::to_string(number_); }

private:
    std::string_view rest_;
    std::string file_;
    std::size_t number_ = 0;
};

std::vector<std::string_view> split_tabs(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0;;) {
        const std::size_t end = line.find('\t', begin);
        fields.push_back(line.substr(begin, end - begin));
        if (end == line.npos) return fields;
        begin = end + 1;
    }
}

/// Where the columns stand that are read; others may be there and are not looked at.
struct Columns {
    std::size_t count = 0;
    std::optional<std::size_t> label, first, second;

    Columns(std::string_view header, const std::string& where) {
        const auto names = split_tabs(header);
        count = names.size();
        const auto place = [&](std::string_view name) -> std::optional<std::size_t> {
            const auto at = std::find(names.begin(), names.end(), name);
            if (at == names.end()) return std::nullopt;
            if (std::find(at + 1, names.end(), name) != names.end())
                throw InputError(where, "names the column " + std::string(name) + " twice", "one column of a name");
            return static_cast<std::size_t>(at - names.begin());
        };
        label = place("label");
        first = place("sentence1");
        second = place("sentence2");
        if (!first) throw InputError(where, "has no column sentence1", "a header line naming label, sentence1 and, for pairs, sentence2");
    }
};

double read_label(std::string_view field, const std::string& where) {
    double value = 0;
    const auto [end, bad] = std::from_chars(field.data(), field.data() + field.size(), value);
    constexpr std::size_t longest_shown = 40;
    if (bad != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
        throw InputError(where, "label '" + std::string(field.substr(0, longest_shown)) + "' is not a number", "a class or a score");
    return value;
}

}  // namespace

DataSet DataSet::first(std::size_t count) const {
    if (count == 0 || count >= examples.size()) return *this;
    return {file, {examples.begin(), examples.begin() + static_cast<std::ptrdiff_t>(count)}, labelled};
}

DataSet DataSet::only(RowChoice rows) const {
    if (rows == RowChoice::all) return *this;
    DataSet taken{file, {}, labelled};
    for (std::size_t row = rows == RowChoice::even ? 0 : 1; row < examples.size(); row += 2) taken.examples.push_back(examples[row]);
    if (taken.examples.empty()) throw InputError(file.string(), "has no odd rows", "at least two rows below the header");
    return taken;
}

std::vector<std::string> row_choice_names() { return {kRowChoices.begin(), kRowChoices.end()}; }

RowChoice row_choice_named(const std::string& name, const std::string& where) {
    const auto found = std::find(kRowChoices.begin(), kRowChoices.end(), name);
    if (found == kRowChoices.end()) throw InputError(where, "is " + name, "all, even or odd");
    return static_cast<RowChoice>(found - kRowChoices.begin());
}

DataSet read_dataset(const std::filesystem::path& file) {
    const std::string text = read_text(file, kLargestFile);
    Lines lines(text, file.string());
    std::string_view line;
    if (!lines.next(line)) throw InputError(file.string(), "is empty", "a header line and a row a sentence");
    const Columns columns(line, lines.where());

    DataSet data{file, {}, columns.label.has_value()};
    while (lines.next(line)) {
        const auto fields = split_tabs(line);
        if (fields.size() != columns.count)
            throw InputError(lines.where(), "has " + std::to_string(fields.size()) + " fields",
                             std::to_string(columns.count) + " as in the header");
        Example& example = data.examples.emplace_back();
        example.line = lines.number();
        if (columns.label) example.label = read_label(fields[*columns.label], lines.where());
        example.first = fields[*columns.first];
        if (columns.second) example.second = fields[*columns.second];
    }
    if (data.examples.empty()) throw InputError(file.string(), "has no rows", "at least one row below the header");
    return data;
}

void check_labels(const DataSet& data, int labels, bool regression) {
    if (regression || !data.labelled) return;
    for (const Example& example : data.examples) {
        const double label = example.label.value_or(0);
        if (label < 0 || label >= labels || label != std::floor(label)) {
            std::string shown = std::to_string(label);
            shown.erase(shown.find_last_not_of('0') + 1);
            if (shown.ends_with('.')) shown.pop_back();
            throw InputError(data.file.string() + ":" + std::to_string(example.line), "label " + shown + " is out of range",
                             "a class from 0 to " + std::to_string(labels - 1));
        }
    }
}

}  // namespace berth::workloads
