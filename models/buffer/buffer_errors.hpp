// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/buffer/secded.hpp"
#include "models/core/bit_errors.hpp"

#include <cstdint>

namespace berth::buffer {

/// Bits of a buffer that are wrong when they are read, where its words have check bits.
struct BufferErrorDesign {
    double bit_error_rate = 0.0;  ///< of every bit, each time that it is read
    std::uint64_t seed = 1;
    std::uint64_t component = 0;  ///< sets the draws of one buffer apart from another's
};

struct BufferErrorCounts {
    std::uint64_t corrected = 0;     ///< words with one wrong bit
    std::uint64_t flagged = 0;       ///< words that could not be corrected, and were known to be wrong
    std::uint64_t miscorrected = 0;  ///< words of three wrong bits or more that came out wrong, as if they were right

    BufferErrorCounts& operator+=(const BufferErrorCounts& other) {
        corrected += other.corrected;
        flagged += other.flagged;
        miscorrected += other.miscorrected;
        return *this;
    }
};

/// Reads words of 64 bits and 8 check bits, some of them wrong. The code is linear, so what becomes of an error does not depend on the
/// word: the decoder is given a word of zeros with the wrong bits set. Draws are keyed by buffer and access.
class BufferErrors {
public:
    explicit BufferErrors(const BufferErrorDesign& design) : design_(design) {}

    /// @return whether no word is known to be wrong.
    bool read(std::uint64_t bytes) {
        const std::uint64_t access = accesses_++;
        if (design_.bit_error_rate <= 0.0) return true;
        const DrawKey key = draw_key(design_.seed, kPurpose, design_.component);
        BitErrors errors(design_.bit_error_rate, narrowed(key, {low_word(access), high_word(access), 0, 0}));
        const std::uint64_t words = (bytes * 8 + SecDed::kDataBits - 1) / SecDed::kDataBits, before = seen_.flagged;
        while (errors.position() < words * SecDed::kBits) {
            SecDed::Word word;
            const std::uint64_t number = errors.position() / SecDed::kBits;
            for (; errors.position() / SecDed::kBits == number; errors.next())
                word.flip(static_cast<int>(errors.position() % SecDed::kBits));
            judge(word);
        }
        return seen_.flagged == before;
    }

    [[nodiscard]] const BufferErrorCounts& seen() const { return seen_; }

private:
    static constexpr std::uint32_t kPurpose = 0x45434321;  ///< sets these draws apart from others of the seed

    void judge(const SecDed::Word& word) {
        const auto decoded = SecDed::decode(word);
        if (decoded.verdict == SecDed::Verdict::uncorrectable)
            ++seen_.flagged;
        else if (decoded.data != 0)
            ++seen_.miscorrected;
        else
            ++seen_.corrected;
    }

    BufferErrorDesign design_;
    BufferErrorCounts seen_;
    std::uint64_t accesses_ = 0;
};

}  // namespace berth::buffer
