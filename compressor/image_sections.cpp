// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_sections.hpp"

#include "compressor/image_layout.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/zstd.hpp"
#include "models/inference/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace berth::compressor {
namespace {

constexpr std::uint64_t kSmallestAllowance = std::uint64_t{1} << 20;

template <class Value>
std::vector<Value> copied(std::span<const std::byte> bytes) {
    std::vector<Value> values(bytes.size() / sizeof(Value));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

bool all_zero(std::span<const std::byte> bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

ImageSections::ImageSections(const HeaderNode& list, std::span<const std::byte> file, std::size_t begin, std::string where)
    : where_(std::move(where)), expansion_left_(kSmallestAllowance + layout::kLargestExpansion * file.size()) {
    std::uint64_t end = begin;
    const std::uint64_t first = layout::aligned(begin);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const HeaderNode entry = list[i];
        Section section{entry["name"].text(), entry["type"].text(), {}, {}};
        if (entry.has("coding")) {
            if (const std::string coding = entry["coding"].text(); coding != layout::kZstd)
                entry["coding"].refuse("is " + coding, std::string(layout::kZstd));
            section.framed = entry["size"].unsigned_integer();
        }
        const std::uint64_t offset = entry["offset"].unsigned_integer(), length = entry["length"].unsigned_integer();
        const std::uint64_t start = layout::aligned(end);
        if (offset != start - first)
            refuse(section, fmt::format("has offset {}", offset), fmt::format("{}, behind the section before it", start - first));
        if (start > file.size() || length > file.size() - start)
            refuse(section, fmt::format("of {} bytes reaches beyond the file's {}", length, file.size()),
                   "a file that holds every section");
        if (!all_zero(file.subspan(end, start - end))) refuse(section, "follows padding that is not zero", "zeros up to the boundary");
        section.bytes = file.subspan(start, length);
        if (fmt::format("{:08x}", crc32c(section.bytes)) != entry["crc32c"].text())
            refuse(section, "does not match its CRC-32C", "the bytes that were written");
        end = start + length;
        sections_.push_back(std::move(section));
    }
    if (end != file.size())
        throw InputError(where_, fmt::format("has {} bytes behind the last section", file.size() - end), "nothing there");
}

void ImageSections::refuse(const Section& section, const std::string& fault, const std::string& expected) const {
    throw InputError(where_ + ": section " + section.name, fault, expected);
}

std::size_t ImageSections::index(const HeaderNode& reference) const {
    if (sections_.empty()) reference.refuse("refers to a section", "an image with sections");
    return static_cast<std::size_t>(reference.integer(0, static_cast<std::int64_t>(sections_.size()) - 1));
}

void ImageSections::take(const Section& section, const HeaderNode& reference, std::string_view type, std::size_t expanded) const {
    if (section.type != type) reference.refuse("refers to section " + section.name + " of type " + section.type, std::string(type));
    if (expanded > expansion_left_)
        reference.refuse("makes the image many times as large as its file", "sections that are used a few times");
    expansion_left_ -= expanded;
    section.used = true;
}

ImageSections::Content ImageSections::content(const Section& section) const {
    if (!section.framed) return {section.bytes};
    Content content{{}, std::vector<std::byte>(*section.framed)};
    if (!zstd_content(section.bytes, content.unframed))
        refuse(section, "does not unpack", fmt::format("a frame of {} bytes", *section.framed));
    content.bytes = content.unframed;
    return content;
}

const ImageSections::Section& ImageSections::take_exactly(const HeaderNode& reference, std::string_view type, std::size_t bytes,
                                                          std::size_t expanded) const {
    const Section& section = at(reference);
    if (section.size() != bytes)
        refuse(section, fmt::format("has {} bytes", section.size()), fmt::format("{} for {}", bytes, reference.path()));
    take(section, reference, type, expanded);
    return section;
}

ImageSections::Content ImageSections::content_of(const HeaderNode& reference, std::string_view type, std::size_t bytes,
                                                 std::size_t expanded) const {
    return content(take_exactly(reference, type, bytes, expanded));
}

std::vector<float> ImageSections::floats(const HeaderNode& reference, std::size_t count, float least) const {
    auto values = copied<float>(content_of(reference, layout::kFloat32, count * sizeof(float), count * sizeof(float)).bytes);
    for (const float value : values)
        if (!std::isfinite(value) || value < least)
            refuse(at(reference), fmt::format("holds {}", value), fmt::format("finite numbers from {}", least));
    return values;
}

std::vector<std::int8_t> ImageSections::integers(const HeaderNode& reference, std::size_t count, int largest) const {
    return bytes_within(reference, content_of(reference, layout::kInt8, count, count), largest);
}

std::vector<std::int8_t> ImageSections::bytes_within(const HeaderNode& reference, const Content& content, int largest) const {
    auto values = copied<std::int8_t>(content.bytes);
    const auto highest = static_cast<std::int8_t>(largest), lowest = static_cast<std::int8_t>(-largest);
    std::uint8_t outside = 0;  // counted to the end: a loop that may not leave early takes many values at a time
    for (const std::int8_t value : values) outside |= static_cast<std::uint8_t>((value < lowest) | (value > highest));
    if (outside != 0) refuse(at(reference), "holds a value out of range", fmt::format("magnitudes up to {}", largest));
    return values;
}

std::vector<std::int32_t> ImageSections::ascending(const HeaderNode& reference, std::int32_t end) const {
    const Section& section = at(reference);
    const std::uint64_t count = section.size() / sizeof(std::int32_t);
    if (count > static_cast<std::uint64_t>(end)) refuse(section, fmt::format("has {} channels", count), fmt::format("at most {}", end));
    auto values = copied<std::int32_t>(content_of(reference, layout::kInt32, count * sizeof(std::int32_t), section.size()).bytes);
    std::int32_t least = 0;
    for (const std::int32_t value : values) {
        if (value < least || value >= end)
            refuse(section, fmt::format("holds channel {}", value), fmt::format("ascending numbers below {}", end));
        least = value + 1;
    }
    return values;
}

std::vector<std::int8_t> ImageSections::packed(const HeaderNode& reference, std::size_t count, int magnitude_bits) const {
    const std::string_view type = layout::packed_type(magnitude_bits);
    const int largest = inference::largest_magnitude(magnitude_bits);
    if (at(reference).framed && !layout::packed_in_frames(magnitude_bits))
        return bytes_within(reference, content_of(reference, type, count, count), largest);
    const Content content = content_of(reference, type, layout::packed_bytes(count, magnitude_bits), count);
    std::vector<std::int8_t> codes(count);
    if (!layout::unpack(content.bytes, codes, magnitude_bits))
        refuse(at(reference), "holds bits that are no code", fmt::format("codes of magnitudes up to {}, then zeros", largest));
    return codes;
}

void ImageSections::leave_codes(const HeaderNode& reference, std::size_t count, int magnitude_bits) const {
    const bool bytes = at(reference).framed && !layout::packed_in_frames(magnitude_bits);
    (void)take_exactly(reference, layout::packed_type(magnitude_bits), bytes ? count : layout::packed_bytes(count, magnitude_bits), count);
}

std::vector<std::string> ImageSections::lines(const HeaderNode& reference, std::size_t count) const {
    const Section& section = at(reference);
    take(section, reference, layout::kText, section.size());
    const Content held = content(section);
    std::string_view text(reinterpret_cast<const char*>(held.bytes.data()), held.bytes.size());
    const auto breaks = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    if (breaks != count || (count > 0 && text.back() != '\n'))
        refuse(section, fmt::format("has {} lines", breaks), fmt::format("{}, each ended by a line break", count));
    std::vector<std::string> list;
    list.reserve(count);
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        list.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    if (!text.empty()) refuse(section, "has text behind its last line", "a line break at its end");
    return list;
}

void ImageSections::check_all_used() const {
    for (const Section& section : sections_)
        if (!section.used) refuse(section, "is used by nothing", "only sections that the header refers to");
}

}  // namespace berth::compressor
