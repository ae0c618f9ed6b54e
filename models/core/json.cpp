// SPDX-License-Identifier: Apache-2.0
#include "models/core/json.hpp"

#include "models/core/error.hpp"
#include "models/core/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace berth {
namespace {

constexpr std::uintmax_t kLargestFile = std::uintmax_t{64} << 20;
constexpr std::size_t kDeepest = 64;

boost::json::parse_options options() {
    boost::json::parse_options parse;
    parse.max_depth = kDeepest;
    return parse;
}

void write(std::string& out, const boost::json::value& value, std::size_t depth) {
    const auto indent = [&out](std::size_t levels) { out.append("\n").append(2 * levels, ' '); };
    if (value.is_object() && !value.get_object().empty()) {
        out += '{';
        bool first = true;
        for (const auto& entry : value.get_object()) {
            if (!first) out += ',';
            first = false;
            indent(depth + 1);
            out += boost::json::serialize(boost::json::string(entry.key())) + ": ";
            write(out, entry.value(), depth + 1);
        }
        indent(depth);
        out += '}';
    } else if (value.is_array() && !value.get_array().empty()) {
        out += '[';
        bool first = true;
        for (const auto& entry : value.get_array()) {
            if (!first) out += ',';
            first = false;
            indent(depth + 1);
            write(out, entry, depth + 1);
        }
        indent(depth);
        out += ']';
    } else if (value.is_double()) {
        out += std::isfinite(value.get_double()) ? fmt::format("{}", value.get_double()) : "null";
    } else {
        out += boost::json::serialize(value);
    }
}

}  // namespace

boost::json::value parse_json(std::string_view text, const std::string& where) {
    boost::system::error_code bad;
    boost::json::value value = boost::json::parse(boost::json::string_view(text.data(), text.size()), bad, {}, options());
    if (bad) throw InputError(where, "is not JSON (" + bad.message() + ")", "a JSON document at most 64 levels deep");
    return value;
}

boost::json::value read_json(const std::filesystem::path& file) { return parse_json(read_text(file, kLargestFile), file.string()); }

std::string pretty_json(const boost::json::value& value) {
    std::string out;
    write(out, value, 0);
    return out + "\n";
}

void merge_json(boost::json::value& base, const boost::json::value& overlay) {
    if (!base.is_object() || !overlay.is_object()) {
        base = overlay;
        return;
    }
    for (const auto& entry : overlay.get_object()) {
        if (auto* below = base.get_object().if_contains(entry.key()))
            merge_json(*below, entry.value());
        else
            base.get_object().emplace(entry.key(), entry.value());
    }
}

void set_json_path(boost::json::value& json, std::string_view path, std::string_view text) {
    boost::json::value* at = &json;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        boost::json::value* below = at->is_object() ? at->get_object().if_contains(path.substr(begin, end - begin)) : nullptr;
        if (!below) throw InputError("--set " + std::string(path), "names nothing in the platform", "a path such as adc.bits");
        at = below;
        begin = end + 1;
    }
    boost::system::error_code bad;
    boost::json::value parsed = boost::json::parse(boost::json::string_view(text.data(), text.size()), bad, {}, options());
    *at = bad ? boost::json::value(boost::json::string(text.data(), text.size())) : parsed;
}

}  // namespace berth
