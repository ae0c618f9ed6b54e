// SPDX-License-Identifier: Apache-2.0
#include "compressor/stage_text.hpp"

#include "models/core/error.hpp"
#include "models/core/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace berth::compressor {
namespace {

class StageText {
public:
    StageText(std::string_view text, std::string where) : left_(text), where_(std::move(where)) {}

    [[nodiscard]] boost::json::array read() {
        boost::json::array list;
        do {
            boost::json::object entry{{"stage", word("a stage's name", "{,")}};
            if (take('{')) read_parameters(entry);
            list.emplace_back(std::move(entry));
        } while (take(','));
        if (!left_.empty()) refuse("a comma before the next stage");
        return list;
    }

private:
    void read_parameters(boost::json::object& entry) {
        do {
            const std::string key = word("a parameter's name", "=,{}");
            if (!take('=')) refuse("= behind " + key);
            entry[key] = value_from_text(word("a value", ",{}"));
        } while (take(','));
        if (!take('}')) refuse("} behind the parameters");
    }

    bool take(char wanted) {
        if (left_.empty() || left_.front() != wanted) return false;
        left_.remove_prefix(1);
        return true;
    }

    std::string word(const char* expected, std::string_view ends) {
        const std::size_t length = std::min(left_.find_first_of(ends), left_.size());
        if (length == 0) refuse(expected);
        const std::string found(left_.substr(0, length));
        left_.remove_prefix(length);
        return found;
    }

    [[noreturn]] void refuse(const std::string& expected) const {
        throw InputError(where_, left_.empty() ? "ends early" : fmt::format("cannot be read from \"{}\" on", left_), expected);
    }

    std::string_view left_;
    std::string where_;
};

}  // namespace

boost::json::value value_from_text(std::string_view text) {
    std::int64_t whole = 0;
    double number = 0.0;
    const char* const end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc{} && read.ptr == end) return whole;
    if (const auto read = std::from_chars(text.data(), end, number); read.ec == std::errc{} && read.ptr == end) return number;
    return boost::json::string(text);
}

boost::json::array stages_from_text(std::string_view text, const std::string& where) {
    if (!text.starts_with('[')) return StageText(text, where).read();
    const boost::json::value list = parse_json(text, where);
    return list.is_array() ? list.get_array() : boost::json::array{};
}

}  // namespace berth::compressor
