// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/methods.hpp"

namespace berth::compressor {

/// The published multi-task method (Kang, Shin, Kim, ICCAD 2021): one int8 base, and for each task a near-ternary delta on the
/// output channels that matter. Biases, norms, classifier and embeddings are each task's own.
class Kang : public Method {
public:
    [[nodiscard]] WeightImage compress(const CompressionRequest& request, Threads& threads) const override;
    [[nodiscard]] boost::json::object describe() const override;
};

}  // namespace berth::compressor
