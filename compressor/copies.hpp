// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/methods.hpp"

namespace berth::compressor {

/// The baseline: a full int8 model a task, nothing shared but embedding tables that are equal.
class Copies : public Method {
public:
    [[nodiscard]] WeightImage compress(const CompressionRequest& request, Threads& threads) const override;
    [[nodiscard]] boost::json::object describe() const override;
};

}  // namespace berth::compressor
