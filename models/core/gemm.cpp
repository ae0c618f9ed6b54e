// SPDX-License-Identifier: Apache-2.0
#include "models/core/gemm.hpp"

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace berth {
namespace {

/// The library's own threads would nest under ours; one thread per caller keeps the sum's order fixed.
void stay_on_this_thread() {
    thread_local const bool set = (omp_set_num_threads(1), true);
    (void)set;
}

void check(dnnl_status_t status) {
    if (status != dnnl_success) throw std::runtime_error("oneDNN refused a matrix product");
}

/// oneDNN emulates 8-bit products in saturating 16-bit pairs where the processor has no dot product of bytes
/// (its developer guide, "Nuances of int8 computations").
bool has_byte_dot_product() {
    const auto isa = dnnl::get_effective_cpu_isa();
    using dnnl::cpu_isa;
    for (const cpu_isa exact : {cpu_isa::avx2_vnni, cpu_isa::avx512_core_vnni, cpu_isa::avx512_core_bf16, cpu_isa::avx512_core_amx})
        if (isa == exact) return true;
    return static_cast<unsigned>(isa) > static_cast<unsigned>(cpu_isa::avx512_core_vnni) && isa != cpu_isa::all;
}

}  // namespace

void gemm(std::span<const float> x, std::span<const float> w, std::span<float> y, int tokens, int in, int out) {
    if (tokens == 0) return;
    stay_on_this_thread();
    check(dnnl_sgemm('N', 'T', tokens, out, in, 1.0f, x.data(), in, w.data(), in, 0.0f, y.data(), out));
}

void gemm(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in, int out) {
    if (tokens == 0) return;
    static const bool exact = has_byte_dot_product();
    if (!exact) return gemm_in_float_blocks(x, w, y, tokens, in, out);
    stay_on_this_thread();
    const std::int32_t no_offset = 0;
    check(dnnl_gemm_s8s8s32('N', 'T', 'F', tokens, out, in, 1.0f, x.data(), in, 0, w.data(), in, 0, 0.0f, y.data(), out, &no_offset));
}

void gemm_in_float_blocks(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in,
                          int out) {
    // 1024 products of at most 2^14 sum to at most 2^24, which a float holds exactly in any order.
    constexpr int block = 1024;
    std::vector<float> left(std::size_t(tokens) * block), right(std::size_t(out) * block), sum(y.size());
    std::fill(y.begin(), y.end(), 0);
    const auto widen = [in](std::span<const std::int8_t> from, std::vector<float>& to, int rows, int begin, int width) {
        for (int row = 0; row < rows; ++row)
            std::copy_n(from.begin() + std::ptrdiff_t(row) * in + begin, width, to.begin() + std::ptrdiff_t(row) * width);
    };
    for (int begin = 0; begin < in; begin += block) {
        const int width = std::min(block, in - begin);
        widen(x, left, tokens, begin, width);
        widen(w, right, out, begin, width);
        gemm(left, right, sum, tokens, width, out);
        for (std::size_t i = 0; i < sum.size(); ++i) y[i] += static_cast<std::int32_t>(sum[i]);
    }
}

}  // namespace berth
