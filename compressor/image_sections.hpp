// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/header_node.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::compressor {

/// The sections of an image that is being read, each checked against the file and its CRC before anyone sees it.
class ImageSections {
public:
    /// @param list the header's "sections". @param begin where the header ends. @throws InputError naming the section.
    ImageSections(const HeaderNode& list, std::span<const std::byte> file, std::size_t begin, std::string where);

    /// The floats, all finite, of the section that `reference` names by its index. @param least the smallest that may occur.
    [[nodiscard]] std::vector<float> floats(const HeaderNode& reference, std::size_t count, float least) const;
    /// Values whose magnitude is at most `largest`.
    [[nodiscard]] std::vector<std::int8_t> integers(const HeaderNode& reference, std::size_t count, int largest) const;
    /// Ascending numbers in [0, end).
    [[nodiscard]] std::vector<std::int32_t> ascending(const HeaderNode& reference, std::int32_t end) const;
    /// Packed codes whose magnitude is at most 2^magnitude_bits - 1; magnitude_bits from 1 to 6.
    [[nodiscard]] std::vector<std::int8_t> packed(const HeaderNode& reference, std::size_t count, int magnitude_bits) const;
    /// Checks what integers() and packed() check but the values, which are left where they are, in their frame if they have one.
    void leave_codes(const HeaderNode& reference, std::size_t count, int magnitude_bits) const;
    /// Lines, each ended by a line break.
    [[nodiscard]] std::vector<std::string> lines(const HeaderNode& reference, std::size_t count) const;

    /// Index of the section that `reference` names.
    [[nodiscard]] std::size_t index(const HeaderNode& reference) const;

    /// @throws InputError naming the first section that nothing refers to.
    void check_all_used() const;

private:
    struct Section {
        std::string name, type;
        std::span<const std::byte> bytes;
        std::optional<std::uint64_t> framed;  ///< bytes of the content, where `bytes` are a frame of it
        mutable bool used = false;

        [[nodiscard]] std::uint64_t size() const { return framed.value_or(bytes.size()); }
    };

    /// A section's content: in the file, or out of its frame.
    struct Content {
        std::span<const std::byte> bytes;
        std::vector<std::byte> unframed{};
    };

    [[nodiscard]] const Section& at(const HeaderNode& reference) const { return sections_[index(reference)]; }
    void take(const Section& section, const HeaderNode& reference, std::string_view type, std::size_t expanded) const;
    /// The same for a section of just so many bytes.
    const Section& take_exactly(const HeaderNode& reference, std::string_view type, std::size_t bytes, std::size_t expanded) const;
    [[nodiscard]] Content content(const Section& section) const;
    [[nodiscard]] Content content_of(const HeaderNode& reference, std::string_view type, std::size_t bytes, std::size_t expanded) const;
    /// @throws InputError naming the section where a magnitude is above `largest`.
    [[nodiscard]] std::vector<std::int8_t> bytes_within(const HeaderNode& reference, const Content& content, int largest) const;
    [[noreturn]] void refuse(const Section& section, const std::string& fault, const std::string& expected) const;

    std::string where_;
    std::vector<Section> sections_;
    mutable std::uint64_t expansion_left_ = 0;
};

}  // namespace berth::compressor
