// SPDX-License-Identifier: Apache-2.0
#include "platform/preset_files.hpp"

#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "platform/cell_sections.hpp"
#include "platform/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace berth::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestChain = 16;

const std::vector<std::string>& known_keys() {
    static const std::vector<std::string> keys = [] {
        std::vector<std::string> all{"extends",   "description", "accounting",   "tables",    "crossbar",  "dac",    "adc",
                                     "hierarchy", "digital",     "interconnect", "buffer",    "host",      "timing", "inventory",
                                     "sense",     "supply",      "queue",        "residency", "dead_parts"};
        all.insert(all.end(), kCellSections.begin(), kCellSections.end());
        return all;
    }();
    return keys;
}

void add_folder(std::vector<fs::path>& folders, const fs::path& folder) {
    std::error_code bad;
    const fs::path canonical = fs::weakly_canonical(folder, bad);
    if (!bad && fs::is_directory(canonical, bad) && std::find(folders.begin(), folders.end(), canonical) == folders.end())
        folders.push_back(canonical);
}

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const auto& [name, description] : presets()) names.push_back(name);
    return names;
}

/// The file of a preset's name, or the path itself. Relative paths are sought in `beside`.
fs::path find_platform(const std::string& preset_or_file, const fs::path& beside, const std::string& wanted_by) {
    if (preset_or_file.find('/') == std::string::npos)
        for (const fs::path& folder : preset_folders())
            if (fs::is_regular_file(folder / (preset_or_file + ".json"))) return folder / (preset_or_file + ".json");
    const fs::path file = beside / preset_or_file;
    std::error_code bad;
    if (preset_or_file.empty() || !fs::exists(file, bad))
        throw InputError(wanted_by, "there is no platform \"" + preset_or_file + "\"",
                         detail::alternatives(preset_names()) + ", or a JSON file");
    return fs::weakly_canonical(file);
}

std::string text_of(const boost::json::value& json, const std::string& where, const std::string& expected) {
    if (!json.is_string()) throw InputError(where, "is " + detail::shown(json), expected);
    return std::string(json.get_string());
}

void check_keys(const boost::json::object& json, const std::string& file) {
    for (const auto& entry : json)
        if (std::find(known_keys().begin(), known_keys().end(), entry.key()) == known_keys().end())
            throw InputError(file + ":" + std::string(entry.key()), "is not known", detail::alternatives(known_keys()));
}

void add_tables(std::vector<fs::path>& tables, const boost::json::object& json, const fs::path& file) {
    const auto* list = json.if_contains("tables");
    if (!list) return;
    const std::string where = file.string() + ":tables";
    if (!list->is_array()) throw InputError(where, "is " + detail::shown(*list), "an array of files");
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
        const std::string at = where + "[" + std::to_string(i) + "]";
        const fs::path table = fs::weakly_canonical(file.parent_path() / text_of(list->get_array()[i], at, "the path of a table"));
        if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
    }
}

/// The files of a chain, the one that was asked for first.
std::vector<std::pair<fs::path, boost::json::object>> read_chain(const std::string& preset_or_file) {
    std::vector<std::pair<fs::path, boost::json::object>> chain;
    fs::path file = find_platform(preset_or_file, {}, "--platform");
    while (true) {
        for (const auto& [earlier, json] : chain)
            if (earlier == file)
                throw InputError(chain.back().first.string() + ":extends", "leads back to " + file.string(), "a chain that ends");
        if (chain.size() == kLongestChain)
            throw InputError(chain.back().first.string() + ":extends", "is the end of " + std::to_string(kLongestChain) + " files",
                             "a shorter chain");
        boost::json::value json = read_json(file);
        if (!json.is_object()) throw InputError(file.string(), "is not an object", "a platform");
        check_keys(json.get_object(), file.string());
        chain.emplace_back(file, std::move(json.get_object()));
        const auto* extends = chain.back().second.if_contains("extends");
        if (!extends) return chain;
        const std::string where = file.string() + ":extends";
        file = find_platform(text_of(*extends, where, "a preset's name or a file"), file.parent_path(), where);
    }
}

const boost::json::value& at_path(const boost::json::value& root, const std::string& path, const std::string& where) {
    const boost::json::value* at = &root;
    std::istringstream keys(path);
    for (std::string key; at && std::getline(keys, key, '.');) at = at->is_object() ? at->get_object().if_contains(key) : nullptr;
    if (!at || !(at->is_number() || at->is_string()))
        throw InputError(where, "refers to {" + path + "}, which is no number or text of the platform", "a path such as {adc.bits}");
    return *at;
}

boost::json::value resolve_text(const std::string& text, const boost::json::value& root, const std::string& where) {
    std::string result;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t open = text.find('{', begin);
        if (open == std::string::npos) {
            result += text.substr(begin);
            break;
        }
        const std::size_t close = text.find('}', open);
        if (close == std::string::npos) throw InputError(where, "opens { and does not close it", "a reference such as {adc.bits}");
        const auto& value = at_path(root, text.substr(open + 1, close - open - 1), where);
        if (open == 0 && close + 1 == text.size()) return value;
        result += text.substr(begin, open - begin);
        result += value.is_string() ? std::string(value.get_string()) : detail::shown(value);
        begin = close + 1;
    }
    return boost::json::value(result);
}

boost::json::value resolve(const boost::json::value& value, const boost::json::value& root, const std::string& where) {
    if (value.is_string()) return resolve_text(std::string(value.get_string()), root, where);
    if (value.is_array()) {
        boost::json::array list;
        for (std::size_t i = 0; i < value.get_array().size(); ++i)
            list.push_back(resolve(value.get_array()[i], root, where + "[" + std::to_string(i) + "]"));
        return list;
    }
    if (!value.is_object()) return value;
    boost::json::object object;
    for (const auto& entry : value.get_object())
        object.emplace(entry.key(), resolve(entry.value(), root, (where.back() == ':' ? where : where + ".") + std::string(entry.key())));
    return object;
}

}  // namespace

std::vector<fs::path> preset_folders() {
    std::vector<fs::path> folders;
    if (const char* given = std::getenv("BERTH_PRESET_PATH")) {
        std::istringstream list(given);
        for (std::string folder; std::getline(list, folder, ':');)
            if (!folder.empty()) add_folder(folders, folder);
    }
    std::error_code bad;
    const fs::path executable = fs::read_symlink("/proc/self/exe", bad);
    if (!bad) add_folder(folders, executable.parent_path() / BERTH_INSTALLED_PRESETS);
    add_folder(folders, BERTH_SOURCE_PRESETS);
    return folders;
}

std::vector<std::pair<std::string, std::string>> presets() {
    std::vector<std::pair<std::string, std::string>> list;
    for (const fs::path& folder : preset_folders()) {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".json" && entry.is_regular_file()) files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files) {
            const std::string name = file.stem().string();
            if (std::any_of(list.begin(), list.end(), [&](const auto& known) { return known.first == name; })) continue;
            const boost::json::value json = read_json(file);
            const auto* description = json.is_object() ? json.get_object().if_contains("description") : nullptr;
            list.emplace_back(name, description && description->is_string() ? std::string(description->get_string()) : "");
        }
    }
    return list;
}

PlatformFiles read_platform_files(const std::string& preset_or_file) {
    auto chain = read_chain(preset_or_file);
    PlatformFiles files{.json = boost::json::object{}, .tables = {}};
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
        auto& [file, json] = *link;
        add_tables(files.tables, json, file);
        json.erase("extends");
        json.erase("tables");
        merge_json(files.json, json);
    }
    return files;
}

boost::json::value resolve_references(const boost::json::value& root, const std::string& where) { return resolve(root, root, where); }

}  // namespace berth::platform
