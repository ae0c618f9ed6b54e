// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace berth::workloads {

/// The keys of a JSON file that says what lies beside it, each checked as it is read. @throws InputError naming file and key, in
/// every member.
class ConfigFile {
public:
    /// @param what the file should be, for the message where it is no object.
    ConfigFile(const std::filesystem::path& file, const std::string& what);

    /// The value under `key`; nullptr where there is none, or null.
    [[nodiscard]] const boost::json::value* find(std::string_view key) const;

    /// A whole number from 1 to `most`.
    [[nodiscard]] int size(std::string_view key, int most) const;
    [[nodiscard]] double number(std::string_view key, double least, double most) const;
    /// The text under `key`; `otherwise` where there is none.
    [[nodiscard]] std::string text(std::string_view key, const std::string& otherwise) const;
    [[nodiscard]] bool flag(std::string_view key, bool otherwise) const;

    /// "<file>:<key>", as messages begin.
    [[nodiscard]] std::string where(std::string_view key) const { return file_ + ":" + std::string(key); }

private:
    std::string file_;
    boost::json::value json_;
};

/// A value as a whole number from 1 to `most`, or a number in range. @param where begins the message. @throws InputError.
[[nodiscard]] int size_of(const boost::json::value& value, int most, const std::string& where);
[[nodiscard]] double number_of(const boost::json::value& value, double least, double most, const std::string& where);

}  // namespace berth::workloads
