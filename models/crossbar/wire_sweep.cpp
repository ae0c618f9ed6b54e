// SPDX-License-Identifier: Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "models/crossbar/wire_sweep.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "models/crossbar/wire_sweep.hpp"

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>

#ifndef BERTH_WIRE_SWEEP_ONCE
#define BERTH_WIRE_SWEEP_ONCE
namespace berth::crossbar {

/// Sums over driven wordlines are kept in this many parts, wordline i in part i % kParts, whatever the vectors' width.
constexpr std::size_t kParts = 16;

/// Wordlines' factors row by row. Column 0 couples to the driver; the last entry of a row to the driver at the far end, if there is one.
struct WordlineFactors {
    std::vector<float> coupling;  ///< [rows, cols + 1]
    std::vector<float> inverse;   ///< [rows, cols]
};

}  // namespace berth::crossbar
#endif

HWY_BEFORE_NAMESPACE();
namespace berth::crossbar::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, kParts>;
using Vector = hn::Vec<Lanes>;

/// A vector of driven wordlines, `first` and those after it, going through the sweeps together.
class Panel {
public:
    Panel(const WireLayers& layers, const WordlineFactors& wordlines)
        : layers_(layers),
          wordlines_(wordlines),
          rows_(std::size_t(layers.rows)),
          cols_(std::size_t(layers.cols)),
          potential_(hwy::AllocateAligned<float>(rows_ * cols_ * lanes_)),
          eliminated_(hwy::AllocateAligned<float>(rows_ * cols_ * lanes_)),
          bitline_(hwy::AllocateAligned<float>(cols_ * lanes_)),
          wordline_(hwy::AllocateAligned<float>(cols_ * lanes_)),
          current_(hwy::AllocateAligned<float>(cols_ * lanes_)) {}

    void run(std::size_t first, std::span<const float> relaxation, SweptWires& swept, float* change_parts) {
        first_ = first;
        start();
        bool up = true;
        for (const float step : relaxation) {
            sweep<false>(up, step, nullptr);
            up = !up;
        }
        std::fill_n(current_.get(), cols_ * lanes_, 0.0F);
        sweep<true>(up, 1.0F, change_parts);
        for (std::size_t lane = 0; lane < std::min(lanes_, rows_ - first_); ++lane)
            for (std::size_t j = 0; j < cols_; ++j) swept.effective[(first_ + lane) * cols_ + j] = current_[j * lanes_ + lane];
    }

private:
    /// 1 V in the lane whose wordline is this row.
    Vector source(std::size_t row) const {
        alignas(64) float volts[kParts] = {};
        if (row >= first_ && row < first_ + lanes_) volts[row - first_] = 1.0F;
        return hn::Load(Lanes(), volts);
    }

    /// Wordlines with the bitlines at ground, and the bitlines' elimination from row 0 on.
    void start() {
        const Lanes d;
        std::fill_n(bitline_.get(), cols_ * lanes_, 0.0F);
        for (std::size_t i = 0; i < rows_; ++i) {
            const Vector volts = source(i);
            const float *const driven = &layers_.driven[i * cols_], *const cells = &layers_.cells[i * cols_];
            const float* const coupling = &layers_.bitlines_down.coupling[i * cols_];
            for (std::size_t j = 0; j < cols_; ++j) {
                const std::size_t at = (i * cols_ + j) * lanes_;
                const Vector potential = hn::Mul(hn::Set(d, driven[j]), volts);
                const Vector before = hn::Mul(hn::Set(d, coupling[j]), hn::Load(d, &bitline_[j * lanes_]));
                const Vector eliminated = hn::MulAdd(hn::Set(d, cells[j]), potential, before);
                hn::Store(potential, d, &potential_[at]);
                hn::Store(eliminated, d, &eliminated_[at]);
                hn::Store(eliminated, d, &bitline_[j * lanes_]);
            }
        }
    }

    /// Row by row: the bitlines' back-substitution reaches a row, its wordline is solved, and the elimination of the next sweep, which
    /// comes from the other end, passes it at once.
    template <bool last>
    void sweep(bool up, float relaxation, float* change_parts) {
        const ChainElimination& arriving = up ? layers_.bitlines_down : layers_.bitlines_up;
        const ChainElimination& leaving = up ? layers_.bitlines_up : layers_.bitlines_down;
        std::fill_n(bitline_.get(), cols_ * lanes_, 0.0F);
        std::size_t before = up ? rows_ - 1 : 0;  // any row: the coupling at the end is zero
        for (std::size_t step = 0; step < rows_; ++step) {
            const std::size_t row = up ? rows_ - 1 - step : step, link = up ? row + 1 : row;
            substitute(row, &arriving.inverse[row * cols_], &arriving.coupling[link * cols_]);
            if constexpr (last) {
                finish(row, change_parts);
            } else {
                relax(row, before, relaxation, &leaving.coupling[link * cols_]);
            }
            before = row;
        }
    }

    /// Bitline potentials of a row from those of the row before, and the elimination of its wordline.
    HWY_INLINE void substitute(std::size_t row, const float* HWY_RESTRICT inverse, const float* HWY_RESTRICT coupling) {
        const Lanes d;
        const float* HWY_RESTRICT cells = &layers_.cells[row * cols_];
        const float* HWY_RESTRICT along = &wordlines_.coupling[row * (cols_ + 1)];
        const float* HWY_RESTRICT eliminated = &eliminated_[row * cols_ * lanes_];
        Vector passing = source(row);
        for (std::size_t j = 0; j < cols_; ++j) {
            const Vector arriving = hn::Mul(hn::Load(d, eliminated + j * lanes_), hn::Set(d, inverse[j]));
            const Vector potential = hn::MulAdd(hn::Set(d, coupling[j]), hn::Load(d, &bitline_[j * lanes_]), arriving);
            hn::Store(potential, d, &bitline_[j * lanes_]);
            passing = hn::MulAdd(hn::Set(d, along[j]), passing, hn::Mul(hn::Set(d, cells[j]), potential));
            hn::Store(passing, d, &wordline_[j * lanes_]);
        }
    }

    HWY_INLINE Vector solved(const float* inverse, const float* along, std::size_t column, Vector next) const {
        const Lanes d;
        const Vector own = hn::Mul(hn::Load(d, &wordline_[column * lanes_]), hn::Set(d, inverse[column]));
        return hn::MulAdd(hn::Set(d, along[column + 1]), next, own);
    }

    HWY_INLINE void relax(std::size_t row, std::size_t before, float relaxation, const float* HWY_RESTRICT coupling) {
        const Lanes d;
        const float* HWY_RESTRICT cells = &layers_.cells[row * cols_];
        const float *const inverse = &wordlines_.inverse[row * cols_], *const along = &wordlines_.coupling[row * (cols_ + 1)];
        float *const potentials = &potential_[row * cols_ * lanes_], *const eliminated = &eliminated_[row * cols_ * lanes_];
        const float* const passed = &eliminated_[before * cols_ * lanes_];
        const Vector share = hn::Set(d, relaxation);
        Vector next = source(row);
        for (std::size_t j = cols_; j-- > 0;) {
            next = solved(inverse, along, j, next);
            const Vector old = hn::Load(d, potentials + j * lanes_);
            const Vector potential = hn::MulAdd(share, hn::Sub(next, old), old);
            hn::Store(potential, d, potentials + j * lanes_);
            const Vector from = hn::Mul(hn::Set(d, coupling[j]), hn::Load(d, passed + j * lanes_));
            hn::Store(hn::MulAdd(hn::Set(d, cells[j]), potential, from), d, eliminated + j * lanes_);
        }
    }

    HWY_INLINE void finish(std::size_t row, float* HWY_RESTRICT change_parts) {
        const Lanes d;
        const float *const inverse = &wordlines_.inverse[row * cols_], *const along = &wordlines_.coupling[row * (cols_ + 1)];
        const float *const sensed = &layers_.sensed[row * cols_], *const potentials = &potential_[row * cols_ * lanes_];
        float* const parts = change_parts + row * cols_ * kParts + first_ % kParts;
        Vector next = source(row);
        for (std::size_t j = cols_; j-- > 0;) {
            next = solved(inverse, along, j, next);
            const Vector change = hn::AbsDiff(next, hn::Load(d, potentials + j * lanes_));
            hn::Store(hn::Add(hn::Load(d, parts + j * kParts), change), d, parts + j * kParts);
            const Vector current = hn::MulAdd(hn::Set(d, sensed[j]), next, hn::Load(d, &current_[j * lanes_]));
            hn::Store(current, d, &current_[j * lanes_]);
        }
    }

    const WireLayers& layers_;
    const WordlineFactors& wordlines_;
    const std::size_t rows_, cols_;
    const std::size_t lanes_ = hn::Lanes(Lanes());
    std::size_t first_ = 0;
    hwy::AlignedFreeUniquePtr<float[]> potential_;   ///< of the wordline nodes, [rows, cols, lanes]
    hwy::AlignedFreeUniquePtr<float[]> eliminated_;  ///< currents into the bitlines after elimination, [rows, cols, lanes]
    hwy::AlignedFreeUniquePtr<float[]> bitline_, wordline_, current_;  ///< of one row; [cols, lanes]
};

void sweep_here(const WireLayers& layers, const WordlineFactors& wordlines, std::span<const float> relaxation, SweptWires& swept) {
    const std::size_t nodes = std::size_t(layers.rows) * std::size_t(layers.cols);
    const auto parts = hwy::AllocateAligned<float>(nodes * kParts);
    std::fill_n(parts.get(), nodes * kParts, 0.0F);
    Panel panel(layers, wordlines);
    for (std::size_t first = 0; first < std::size_t(layers.rows); first += hn::Lanes(Lanes()))
        panel.run(first, relaxation, swept, parts.get());
    for (std::size_t node = 0; node < nodes; ++node)
        for (std::size_t part = 0; part < kParts; ++part) swept.change[node] += parts[node * kParts + part];
}

}  // namespace berth::crossbar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::crossbar {

HWY_EXPORT(sweep_here);

SweptWires sweep_wires(const WireLayers& layers, std::span<const float> relaxation) {
    const auto rows = std::size_t(layers.rows), cols = std::size_t(layers.cols);
    WordlineFactors wordlines{std::vector<float>(rows * (cols + 1)), transposed(layers.wordlines.inverse, layers.cols, layers.rows)};
    for (std::size_t i = 0; i < rows; ++i) {
        float* const along = &wordlines.coupling[i * (cols + 1)];
        along[0] = float(layers.drive);
        for (std::size_t j = 1; j < cols; ++j) along[j] = layers.wordlines.coupling[j * rows + i];
        along[cols] = layers.double_sided_drive ? float(layers.drive) * wordlines.inverse[i * cols + cols - 1] : 0.0F;
    }
    SweptWires swept{std::vector<float>(rows * cols), std::vector<float>(rows * cols)};
    HWY_DYNAMIC_DISPATCH(sweep_here)(layers, wordlines, relaxation, swept);
    return swept;
}

}  // namespace berth::crossbar
#endif
