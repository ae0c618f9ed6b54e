// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "berth/accelerator.hpp"
#include "berth/driver.h"
#include "platform/host/processor.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

/// What both SoCs of these examples run on their processors: Berth's driver in C, over the processor's own sockets.
namespace example {

/// Where one accelerator's things lie in memory: its rings, then a request's tokens and result.
struct Workspace {
    std::uint64_t base;

    [[nodiscard]] std::uint64_t descriptors() const { return base; }
    [[nodiscard]] std::uint64_t completions() const { return base + 0x1000; }
    [[nodiscard]] std::uint64_t tokens() const { return base + 0x2000; }
    [[nodiscard]] std::uint64_t result() const { return base + 0x3000; }
};

/// A sentence as token ids.
inline const std::vector<std::int32_t> kTokens{2, 5, 9, 6, 3};

inline std::vector<std::byte> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
    return {begin, begin + bytes.size()};
}

class Firmware {
public:
    Firmware(berth::platform::Processor& processor, Workspace space) : processor_(processor), space_(space) {
        const berth_rings rings{space.descriptors(), space.completions(), 8, 0};
        processor_.check(berth_open(&device_, &processor_.transport(), &rings));
    }

    void load(std::uint64_t image, std::uint64_t bytes) {
        processor_.check(berth_load_image(&device_, image, bytes, 0));
        finish();
    }

    /// The first `labels` logits of the sentence for that task.
    std::vector<float> run(std::uint32_t task, std::size_t labels) {
        std::vector<std::int32_t> words = kTokens;
        words.resize(2 * kTokens.size(), 0);  // one segment
        processor_.write_memory(space_.tokens(), words.data(), words.size() * sizeof words[0]);
        const berth_request request{task, space_.tokens(), kTokens.size(), space_.result(), 1, 0, 0, 0};
        processor_.check(berth_run(&device_, &request));
        finish();
        std::vector<float> logits(labels);
        processor_.read_memory(space_.result(), logits.data(), labels * sizeof(float));
        return logits;
    }

private:
    void finish() {
        berth_completion completion{};
        processor_.check(berth_wait(&device_));
        processor_.check(berth_take(&device_, &completion));
        if (completion.outcome != BERTH_OUTCOME_DONE) throw std::runtime_error("outcome " + std::to_string(completion.outcome));
    }

    berth::platform::Processor& processor_;
    Workspace space_;
    berth_device device_{};
};

/// What a processor's program threw comes out here, as it may not pass through the kernel.
inline void check(const berth::platform::Processor& processor) {
    if (processor.fault()) std::rethrow_exception(processor.fault());
    if (!processor.done()) throw std::runtime_error(std::string(processor.name()) + " hangs");
}

}  // namespace example
