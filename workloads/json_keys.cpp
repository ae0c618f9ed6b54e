// SPDX-License-Identifier: Apache-2.0
#include "workloads/json_keys.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <set>

namespace berth::workloads {
namespace {

using boost::system::error_code;
using Text = boost::json::string_view;

/// Listens to a parser and looks at nothing but the keys of the outermost object.
struct OuterKeys {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return ++depth > 0; }
    bool on_object_end(std::size_t, error_code&) { return --depth >= 0; }
    bool on_array_begin(error_code&) { return ++depth > 0; }
    bool on_array_end(std::size_t, error_code&) { return --depth >= 0; }
    bool on_key_part(Text part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        if (depth == 1 && !seen.insert(key).second && !repeated) repeated = key;
        key.clear();
        return true;
    }
    bool on_string_part(Text, std::size_t, error_code&) { return true; }
    bool on_string(Text, std::size_t, error_code&) { return true; }
    bool on_number_part(Text, error_code&) { return true; }
    bool on_int64(std::int64_t, Text, error_code&) { return true; }
    bool on_uint64(std::uint64_t, Text, error_code&) { return true; }
    bool on_double(double, Text, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(Text, error_code&) { return true; }
    bool on_comment(Text, error_code&) { return true; }

    int depth = 0;
    std::string key;
    std::set<std::string> seen;
    std::optional<std::string> repeated;
};

}  // namespace

std::optional<std::string> repeated_key(std::string_view json) {
    boost::json::basic_parser<OuterKeys> parser{boost::json::parse_options{}};
    error_code bad;
    parser.write_some(false, json.data(), json.size(), bad);
    return parser.handler().repeated;
}

}  // namespace berth::workloads
