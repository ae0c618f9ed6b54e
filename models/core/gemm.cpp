// SPDX-License-Identifier: Apache-2.0
#include "models/core/gemm.hpp"

#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

#include <stdexcept>

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

bool library_is_exact() {
    static const bool exact = has_byte_dot_product();
    return exact;
}

/// A weight takes half a nanosecond to lay out, which so many products with it win back.
constexpr int kTokensWorthLayingOut = 16;

}  // namespace

void gemm(std::span<const float> x, std::span<const float> w, std::span<float> y, int tokens, int in, int out) {
    if (tokens == 0) return;
    stay_on_this_thread();
    check(dnnl_sgemm('N', 'T', tokens, out, in, 1.0f, x.data(), in, w.data(), in, 0.0f, y.data(), out));
}

void gemm(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in, int out) {
    if (tokens == 0) return;
    if (tokens < kTokensWorthLayingOut && !library_is_exact()) return multiply_few(x, w, y, tokens, in, out);
    PreparedWeights(w, in, out).multiply(x, y, tokens);
}

PreparedWeights::PreparedWeights(std::span<const std::int8_t> w, int in, int out) : w_(w), in_(in), out_(out) {
    if (!library_is_exact()) pairs_.emplace(w, in, out);
}

void PreparedWeights::multiply(std::span<const std::int8_t> x, std::span<std::int32_t> y, int tokens) const {
    if (tokens == 0) return;
    if (pairs_) return pairs_->multiply(x, y, tokens);
    stay_on_this_thread();
    const std::int32_t no_offset = 0;
    check(dnnl_gemm_s8s8s32('N', 'T', 'F', tokens, out_, in_, 1.0f, x.data(), in_, 0, w_.data(), in_, 0, 0.0f, y.data(), out_, &no_offset));
}

}  // namespace berth
