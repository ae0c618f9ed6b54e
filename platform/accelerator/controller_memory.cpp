// SPDX-License-Identifier: Apache-2.0
// How commands come to what lies in memory.
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "models/core/error.hpp"
#include "platform/accelerator/controller.hpp"
#include "platform/accelerator/elsewhere.hpp"
#include "platform/accelerator/piece_list.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace berth::platform {
namespace {

bool within_addresses(std::uint64_t address, std::uint64_t bytes) { return bytes == 0 || address <= UINT64_MAX - (bytes - 1); }

bool begins_like_an_image(std::span<const std::byte> bytes) {
    constexpr auto magic = compressor::layout::kMagic;
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

tlm::DmaResult Controller::read(const ScatteredMemory& from, std::uint64_t offset, std::span<std::byte> to) {
    const ScatteredMemory part = from.part(offset, to.size());
    const auto result = parts_.dma.read(part.pieces(), to);
    check_replaced();
    return result;
}

tlm::DmaResult Controller::write(const ScatteredMemory& to, std::span<const std::byte> from) {
    const ScatteredMemory part = to.part(0, from.size());
    const auto result = parts_.dma.write(part.pieces(), from);
    check_replaced();
    return result;
}

/// What a descriptor means by an address: one range, or a list of pieces, of at least so many bytes. @param entries of the list; 0: none.
/// @return nothing where there cannot be such memory, or its list cannot be fetched; the command is answered then.
std::optional<ScatteredMemory> Controller::memory_at(std::uint64_t tag, std::uint64_t address, std::uint32_t entries, std::uint64_t bytes) {
    const auto refuse = [&](Outcome outcome, std::uint64_t failed_address = 0) {
        complete(tag, outcome, failed_address);
        return std::nullopt;
    };
    if (entries == 0) {
        if (!within_addresses(address, bytes)) return refuse(Outcome::bad_descriptor);
        return ScatteredMemory(address, bytes);
    }
    PieceList list(address, entries);
    std::vector<PieceEntry> part;
    while (const auto next = list.next()) {
        part.resize(next->bytes / sizeof(PieceEntry));
        const auto fetched = read(ScatteredMemory(next->address, next->bytes), 0, std::as_writable_bytes(std::span(part)));
        if (!fetched.ok()) return refuse(Outcome::bus_error, fetched.failed_address);
        list.take(part);
    }
    if (list.wrong()) return refuse(Outcome::bad_descriptor, *list.wrong());
    if (list.memory().bytes() < bytes) return refuse(Outcome::bad_descriptor, address);
    return list.memory();
}

/// Fetches the image, and no more than its own header says that it has: a wrong length is found there, long before the end of
/// the memory or of the host's. @return whether it is there; where it is not, the command is answered.
bool Controller::fetch_image(const Descriptor& descriptor, const ScatteredMemory& memory, ImageArrival& image) {
    std::vector<std::byte> part;
    std::uint64_t announced = 0;
    for (std::uint64_t done = 0; done < descriptor.length; done += part.size()) {
        part.resize(std::min<std::uint64_t>(kFetchBytes, descriptor.length - done));
        const auto fetched = read(memory, done, part);
        if (!fetched.ok()) {
            complete(descriptor.tag, Outcome::bus_error, fetched.failed_address);
            return false;
        }
        measured(wall_.image_s, [&] { image.add(part); });
        if (announced != 0) continue;
        bool good = begins_like_an_image(image.bytes());
        try {
            announced = elsewhere([&] { return compressor::announced_bytes(image.bytes(), "weight image"); });
        } catch (const InputError&) {
            fault_ = std::current_exception();
            good = false;
        }
        if (!good || (announced != 0 && announced != descriptor.length)) {
            complete(descriptor.tag, Outcome::bad_image);
            return false;
        }
        if (announced != 0) image.expect(descriptor.length);
    }
    return true;
}

/// The words of a request: where they cannot be fetched, it is answered and there are none.
std::optional<std::vector<std::int32_t>> Controller::fetch_words(const Descriptor& descriptor, std::uint64_t count) {
    std::vector<std::int32_t> words(count);
    const auto bytes = std::as_writable_bytes(std::span(words));
    const auto memory = memory_at(descriptor.tag, descriptor.address, descriptor.address_entries, bytes.size());
    if (!memory) return std::nullopt;
    const auto fetched = read(*memory, 0, bytes);
    if (fetched.ok()) return words;
    complete(descriptor.tag, Outcome::bus_error, fetched.failed_address);
    return std::nullopt;
}

}  // namespace berth::platform
