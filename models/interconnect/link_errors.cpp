// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/link_errors.hpp"

namespace berth::interconnect {
namespace {

constexpr std::uint32_t kPurpose = 0x4C494E4B;  ///< sets these draws apart from others of the seed

}  // namespace

LinkErrors::LinkErrors(const LinkErrorDesign& design, int links, int flit_bits)
    : design_(design), crc_(design.crc, flit_bits), packets_(static_cast<std::size_t>(links), 0) {}

Crossing LinkErrors::cross(int link, std::int64_t flits) {
    Crossing crossing;
    const std::uint64_t packet = packets_[static_cast<std::size_t>(link)]++;
    if (!possible()) return crossing;
    const DrawKey of_packet =
        narrowed(draw_key(design_.seed, kPurpose, static_cast<std::uint64_t>(link)), {low_word(packet), high_word(packet), 0, 0});
    const auto bits = static_cast<std::uint64_t>(crc_.sent_bits());
    // A stream for every round: all flits, then those alone that are sent again.
    BitErrors errors(design_.bit_error_rate, of_packet);
    while (errors.position() < static_cast<std::uint64_t>(flits) * bits) {
        const std::uint64_t flit = errors.position() / bits;
        BitErrors again(design_.bit_error_rate, narrowed(of_packet, {low_word(flit), high_word(flit), 1, 0}));
        const auto came = [&](BitErrors& stream, std::uint64_t number) {
            wrong_.clear();
            for (; stream.position() < (number + 1) * bits; stream.next()) wrong_.push_back(static_cast<int>(stream.position() % bits));
            const bool found = crc_.finds(wrong_);
            crossing.undetected += !found && !wrong_.empty();
            return !found;
        };
        bool good = came(errors, flit);
        for (std::uint64_t retry = 0; !good && retry < static_cast<std::uint64_t>(design_.retry_limit); ++retry) {
            ++crossing.retries;
            crossing.first += flit == 0;
            good = came(again, retry);
        }
        crossing.lost = crossing.lost || !good;
    }
    return crossing;
}

}  // namespace berth::interconnect
