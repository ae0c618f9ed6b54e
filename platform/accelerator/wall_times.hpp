// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace berth::platform {

/// Seconds of the host's own time that the kernel's thread spent on other than moving events. What the models do inside processes
/// that the DMA or memory start in the four-phase view counts as the kernel's.
struct WallTimes {
    double image_s = 0.0;   ///< parsing and placing the image
    double values_s = 0.0;  ///< waiting for logits from the threads that compute them
    double models_s = 0.0;  ///< the pipeline's steps
};

/// Adds the time from here to the end of the scope to a sum.
class Measured {
public:
    explicit Measured(double& sum) : sum_(sum), begin_(Clock::now()) {}
    Measured(const Measured&) = delete;
    Measured& operator=(const Measured&) = delete;
    ~Measured() { sum_ += std::chrono::duration<double>(Clock::now() - begin_).count(); }

private:
    using Clock = std::chrono::steady_clock;
    double& sum_;
    Clock::time_point begin_;
};

template <class Work>
auto measured(double& sum, const Work& work) {
    const Measured time(sum);
    return work();
}

}  // namespace berth::platform
