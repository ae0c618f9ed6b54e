// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/image_file.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace berth::test {

using Bytes = std::vector<std::byte>;

inline constexpr std::size_t kHeaderAt = 24;

inline std::uint64_t header_length(const Bytes& bytes) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + 16, sizeof length);
    return length;
}

/// The message with which the reader refuses the bytes; empty when it takes them.
inline std::string image_refusal(std::span<const std::byte> bytes) {
    try {
        (void)compressor::parse_image(bytes, "x.berth");
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

/// The image with another header, rightly signed, so that what the header says is all that is wrong.
inline Bytes with_header(const Bytes& bytes, const std::function<void(boost::json::object&)>& change) {
    const std::uint64_t length = header_length(bytes);
    boost::json::value header = parse_json({reinterpret_cast<const char*>(bytes.data()) + kHeaderAt, length}, "header");
    change(header.as_object());
    const std::string text = pretty_json(header);
    Bytes out(bytes.begin(), bytes.begin() + kHeaderAt);
    const std::uint64_t new_length = text.size();
    const std::uint32_t crc = crc32c(std::as_bytes(std::span(text)));
    std::memcpy(out.data() + 12, &crc, sizeof crc);
    std::memcpy(out.data() + 16, &new_length, sizeof new_length);
    const auto added = std::as_bytes(std::span(text));
    out.insert(out.end(), added.begin(), added.end());
    out.resize((out.size() + 63) / 64 * 64);
    const std::size_t first = (kHeaderAt + length + 63) / 64 * 64;
    out.insert(out.end(), bytes.begin() + static_cast<std::ptrdiff_t>(first), bytes.end());
    return out;
}

/// The image with other bytes in one section, its CRC made right again.
inline Bytes with_section(const Bytes& bytes, const std::string& name, const std::function<void(std::span<std::byte>)>& change) {
    Bytes changed = bytes;
    const std::size_t first = (kHeaderAt + header_length(bytes) + 63) / 64 * 64;
    return with_header(changed, [&](boost::json::object& header) {
        for (auto& section : header.at("sections").as_array()) {
            if (section.at("name").as_string() != name) continue;
            const std::span part(changed.data() + first + section.at("offset").to_number<std::size_t>(),
                                 section.at("length").to_number<std::size_t>());
            change(part);
            char text[9];
            std::snprintf(text, sizeof text, "%08x", crc32c(part));
            section.as_object()["crc32c"] = text;
        }
    });
}

inline boost::json::object& at(boost::json::value& value) { return value.as_object(); }

}  // namespace berth::test
