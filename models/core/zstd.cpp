// SPDX-License-Identifier: Apache-2.0
#include "models/core/zstd.hpp"

// The one parameter that has literals Huffman coded where no repeats are searched is not among the stable ones.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace berth {
namespace {

std::size_t checked(std::size_t result) {
    if (ZSTD_isError(result) != 0) throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(result));
    return result;
}

void set(ZSTD_CCtx& context, ZSTD_cParameter parameter, int value) { (void)checked(ZSTD_CCtx_setParameter(&context, parameter, value)); }

}  // namespace

std::vector<std::byte> zstd_frame(std::span<const std::byte> bytes, Redundancy redundancy) {
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
    if (!context) throw std::bad_alloc();
    if (redundancy == Redundancy::frequencies) {
        set(*context, ZSTD_c_strategy, ZSTD_fast);
        set(*context, ZSTD_c_targetLength, ZSTD_TARGETLENGTH_MAX);  // how far a search skips on
        set(*context, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
    }
    std::vector<std::byte> frame(ZSTD_compressBound(bytes.size()));
    frame.resize(checked(ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size())));
    return frame;
}

bool zstd_content(std::span<const std::byte> frame, std::span<std::byte> bytes) {
    const std::size_t first = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
    if (ZSTD_isError(first) != 0 || first != frame.size()) return false;
    const std::size_t length = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
    return ZSTD_isError(length) == 0 && length == bytes.size();
}

}  // namespace berth
