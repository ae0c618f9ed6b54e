// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <systemc>

namespace berth::platform {

/// A value change dump that is kept in memory until the simulation has come to its end: the kernel writes it to a file of its own choosing
/// and says in it when it was made; a result is written whole or not at all, and the same every time.
class Waves {
public:
    /// @throws std::runtime_error when the system has no memory for it.
    Waves();
    ~Waves();
    Waves(const Waves&) = delete;
    Waves& operator=(const Waves&) = delete;

    /// For sc_trace, before the simulation begins.
    [[nodiscard]] sc_core::sc_trace_file* file() { return file_; }

    /// What was dumped, without the date. Ends the dump.
    [[nodiscard]] std::string text();

private:
    void close();

    int descriptor_ = -1;
    std::string folder_;
    sc_core::sc_trace_file* file_ = nullptr;
};

}  // namespace berth::platform
