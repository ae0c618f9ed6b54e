// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/bit_errors.hpp"
#include "models/interconnect/crc.hpp"

#include <cstdint>
#include <vector>

namespace berth::interconnect {

/// Bit errors on links, and what is done about them.
struct LinkErrorDesign {
    double bit_error_rate = 0.0;  ///< of every bit on every link
    CrcCode crc{"none", 0, 0, 1, 0, ""};
    int retry_limit = 0;     ///< times that a flit is sent again
    std::uint64_t seed = 1;  ///< of all draws
};

/// How a packet came over a link.
struct Crossing {
    std::int64_t retries = 0;     ///< flits sent again
    std::int64_t first = 0;       ///< of these, how often the first
    std::int64_t undetected = 0;  ///< flits that came wrong and passed the check
    bool lost = false;            ///< a flit was wrong as often as it may be sent
};

/// Sends flits over links bit by bit, as far as anybody can tell: each flit is checked where it arrives, and sent again when it is found
/// wrong. Draws are keyed by link, packet on it and flit, so that what befalls one packet does not depend on any other.
class LinkErrors {
public:
    LinkErrors(const LinkErrorDesign& design, int links, int flit_bits);

    [[nodiscard]] bool possible() const { return design_.bit_error_rate > 0.0; }

    /// The next packet over a link.
    [[nodiscard]] Crossing cross(int link, std::int64_t flits);

private:
    LinkErrorDesign design_;
    Crc crc_;
    std::vector<std::uint64_t> packets_;  ///< so far, by link
    std::vector<int> wrong_;
};

}  // namespace berth::interconnect
