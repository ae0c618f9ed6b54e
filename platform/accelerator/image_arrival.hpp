// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

namespace berth::platform {

/// An image that whoever runs the simulation has parsed already: where the same bytes come over the DMA, they are not parsed again.
/// Nothing else depends on it. The bytes outlive the accelerator; null: none is known.
struct KnownImage {
    std::span<const std::byte> bytes{};
    std::shared_ptr<const compressor::WeightImage> image{};
};

/// What has come of an image so far. While that is how the known one begins, it is not kept a second time.
class ImageArrival {
public:
    explicit ImageArrival(const KnownImage& known) : known_(known.image ? known : KnownImage{}) {}

    void add(std::span<const std::byte> part) {
        if (kept_.empty() && continues_known(part)) {
            matched_ += part.size();
            return;
        }
        if (kept_.empty()) kept_.assign(known_.bytes.begin(), known_.bytes.begin() + static_cast<std::ptrdiff_t>(matched_));
        kept_.insert(kept_.end(), part.begin(), part.end());
    }

    /// Room for an image of that size, whose header has come and says so.
    void expect(std::size_t bytes) {
        if (!kept_.empty()) kept_.reserve(bytes);
    }

    [[nodiscard]] std::span<const std::byte> bytes() const { return kept_.empty() ? known_.bytes.first(matched_) : kept_; }

    /// The known image, where that is what has come; else null.
    [[nodiscard]] std::shared_ptr<const compressor::WeightImage> known() const {
        return kept_.empty() && matched_ == known_.bytes.size() ? known_.image : nullptr;
    }

private:
    [[nodiscard]] bool continues_known(std::span<const std::byte> part) const {
        return part.size() <= known_.bytes.size() - matched_ && std::memcmp(part.data(), known_.bytes.data() + matched_, part.size()) == 0;
    }

    KnownImage known_;
    std::size_t matched_ = 0;  ///< bytes of the known one that have come
    std::vector<std::byte> kept_;
};

}  // namespace berth::platform
