// SPDX-License-Identifier: Apache-2.0
#include "workloads/config_file.hpp"

#include "models/core/error.hpp"
#include "models/core/json.hpp"

namespace berth::workloads {
namespace {

std::string sizes_up_to(int most) { return "a whole number from 1 to " + std::to_string(most); }

std::string numbers_between(double least, double most) { return "a number from " + std::to_string(least) + " to " + std::to_string(most); }

}  // namespace

int size_of(const boost::json::value& value, int most, const std::string& where) {
    boost::system::error_code bad;
    const int size = value.to_number<int>(bad);
    if (bad || size < 1 || size > most) throw InputError(where, "is " + boost::json::serialize(value), sizes_up_to(most));
    return size;
}

double number_of(const boost::json::value& value, double least, double most, const std::string& where) {
    boost::system::error_code bad;
    const double number = value.to_number<double>(bad);
    if (bad || !(number >= least && number <= most))
        throw InputError(where, "is " + boost::json::serialize(value), numbers_between(least, most));
    return number;
}

ConfigFile::ConfigFile(const std::filesystem::path& file, const std::string& what) : file_(file.string()), json_(read_json(file)) {
    if (!json_.is_object()) throw InputError(file_, "is not a JSON object", what);
}

const boost::json::value* ConfigFile::find(std::string_view key) const {
    const auto* value = json_.get_object().if_contains(key);
    return value && !value->is_null() ? value : nullptr;
}

int ConfigFile::size(std::string_view key, int most) const {
    const auto* given = find(key);
    if (!given) throw InputError(where(key), "is missing", sizes_up_to(most));
    return size_of(*given, most, where(key));
}

double ConfigFile::number(std::string_view key, double least, double most) const {
    const auto* given = find(key);
    if (!given) throw InputError(where(key), "is missing", numbers_between(least, most));
    return number_of(*given, least, most, where(key));
}

std::string ConfigFile::text(std::string_view key, const std::string& otherwise) const {
    const auto* given = find(key);
    if (!given) return otherwise;
    if (!given->is_string()) throw InputError(where(key), "is " + boost::json::serialize(*given), "a string");
    return std::string(given->get_string());
}

bool ConfigFile::flag(std::string_view key, bool otherwise) const {
    const auto* given = find(key);
    if (!given) return otherwise;
    if (!given->is_bool()) throw InputError(where(key), "is " + boost::json::serialize(*given), "true or false");
    return given->get_bool();
}

}  // namespace berth::workloads
