// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/tlm/register_bank.hpp"

#include <array>
#include <cstdint>

namespace berth::platform {

/// Offsets in the accelerator's register bank.
namespace reg {
inline constexpr std::uint32_t kIdentification = 0x00, kVersion = 0x04, kCapability = 0x08, kStatus = 0x0C;
inline constexpr std::uint32_t kRingBaseLow = 0x10, kRingBaseHigh = 0x14, kRingEntries = 0x18;
inline constexpr std::uint32_t kCompletionBaseLow = 0x1C, kCompletionBaseHigh = 0x20;
inline constexpr std::uint32_t kHead = 0x24, kTail = 0x28, kCompleted = 0x2C;
inline constexpr std::uint32_t kInterruptCause = 0x30, kInterruptEnable = 0x34;
inline constexpr std::uint32_t kErrorCode = 0x38, kErrorAddressLow = 0x3C, kErrorAddressHigh = 0x40;
}  // namespace reg

inline constexpr std::uint32_t kIdentification = 0x42455254;  ///< "BERT"
inline constexpr std::uint32_t kRegisterVersion = 1;
inline constexpr std::uint32_t kStatusBusy = 1, kStatusLoaded = 2;
inline constexpr std::uint32_t kInterruptCompletion = 1, kInterruptError = 2;

/// The register table: decode and documentation come from here.
inline constexpr std::array kRegisters{
    tlm::Register{"identification", reg::kIdentification, tlm::Access::read_only, kIdentification, "the letters BERT"},
    tlm::Register{"version", reg::kVersion, tlm::Access::read_only, kRegisterVersion, "of this register map"},
    tlm::Register{"capability", reg::kCapability, tlm::Access::read_only, 0, "tiles of the chip"},
    tlm::Register{"status", reg::kStatus, tlm::Access::read_only, 0, "bit 0: tokens are under way; bit 1: an image is loaded"},
    tlm::Register{"ring_base_low", reg::kRingBaseLow, tlm::Access::read_write, 0, "address of the descriptor ring, lower word"},
    tlm::Register{"ring_base_high", reg::kRingBaseHigh, tlm::Access::read_write, 0, "upper word"},
    tlm::Register{"ring_entries", reg::kRingEntries, tlm::Access::read_write, 0, "descriptors, and completions, that the rings hold"},
    tlm::Register{"completion_base_low", reg::kCompletionBaseLow, tlm::Access::read_write, 0, "address of the completion ring, lower word"},
    tlm::Register{"completion_base_high", reg::kCompletionBaseHigh, tlm::Access::read_write, 0, "upper word"},
    tlm::Register{"head", reg::kHead, tlm::Access::read_only, 0, "descriptors taken so far"},
    tlm::Register{"tail", reg::kTail, tlm::Access::read_write, 0, "doorbell: descriptors given so far"},
    tlm::Register{"completed", reg::kCompleted, tlm::Access::read_only, 0, "completions written so far"},
    tlm::Register{"interrupt_cause", reg::kInterruptCause, tlm::Access::write_one_to_clear, 0, "bit 0: completion; bit 1: error"},
    tlm::Register{"interrupt_enable", reg::kInterruptEnable, tlm::Access::read_write, 0, "causes that raise the interrupt"},
    tlm::Register{"error_code", reg::kErrorCode, tlm::Access::read_only, 0, "of the last error, as in the completion"},
    tlm::Register{"error_address_low", reg::kErrorAddressLow, tlm::Access::read_only, 0, "address of the burst that failed, lower word"},
    tlm::Register{"error_address_high", reg::kErrorAddressHigh, tlm::Access::read_only, 0, "upper word"},
};

enum class Command : std::uint32_t { load_image = 1, run_request = 2 };

/// What a completion says of its command.
enum class Outcome : std::uint32_t {
    done = 0,
    unknown_command = 1,
    bus_error = 2,    ///< a burst was refused; the address is given
    bad_image = 3,    ///< the image cannot be read
    no_room = 4,      ///< the image needs more arrays than the chip has
    no_image = 5,     ///< a request before an image
    bad_request = 6,  ///< no such task, a length or a token that the model cannot take
};

/// An entry of the descriptor ring, little-endian. load_image: address and bytes of the image. run_request: address of
/// `length` token ids (int32) with as many segments (int32) behind them; the logits (float32) go to `result`.
struct Descriptor {
    Command command;
    std::uint32_t task;
    std::uint64_t address;
    std::uint64_t length;
    std::uint64_t result;
    std::uint64_t tag;  ///< comes back in the completion
    std::array<std::uint64_t, 3> reserved;
};
static_assert(sizeof(Descriptor) == 64);

/// An entry of the completion ring.
struct Completion {
    std::uint64_t tag;
    Outcome outcome;
    std::uint32_t reserved;
    std::uint64_t finished_ps;     ///< when the result was written
    std::uint64_t failed_address;  ///< of a bus error
};
static_assert(sizeof(Completion) == 32);

}  // namespace berth::platform
