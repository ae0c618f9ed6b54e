// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/register_table.hpp"

#include <cstdint>

namespace berth::platform {

/// An entry of the descriptor ring, little-endian. load_image: address and bytes of the image. run_request: address of
/// `length` token ids (int32) with as many segments (int32) behind them; the logits (float32) go to `result`. Either may be the address of
/// a list of pieces instead, of so many entries.
struct Descriptor {
    Command command;
    std::uint32_t task;
    std::uint64_t address;
    std::uint64_t length;
    std::uint64_t result;
    std::uint64_t tag;            ///< comes back in the completion
    std::uint64_t deadline_ps{};  ///< of a request, since the simulation began; 0: none
    std::uint32_t address_entries{}, result_entries{};
    std::uint64_t reserved{};
};
static_assert(sizeof(Descriptor) == 64);

/// An entry of a list of pieces: memory, or, where kListLink is set in its length, where the list goes on and with how many entries.
struct PieceEntry {
    std::uint64_t address, length;
};
static_assert(sizeof(PieceEntry) == 16);

/// An entry of the completion ring.
struct Completion {
    std::uint64_t tag;
    Outcome outcome;
    std::uint32_t reserved;
    std::uint64_t finished_ps;     ///< when the result was written
    std::uint64_t failed_address;  ///< of a bus error, or of a wrong entry of a list
};
static_assert(sizeof(Completion) == 32);

inline constexpr std::uint32_t kLargestRing = 65536;         ///< entries
inline constexpr std::uint32_t kPowerOff = 0, kPowerOn = 1;  ///< for Command::set_power

}  // namespace berth::platform
