// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/files.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::workloads {

enum class DataType { f32, f16, bf16 };

/// One tensor inside a mapped file. Valid while its SafetensorsFile lives.
struct TensorView {
    DataType type{};
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;

    [[nodiscard]] std::int64_t elements() const;
};

/// A safetensors file: 8-byte little-endian header length, JSON header, data. Every length and offset is checked against
/// the file before it is used.
///
/// A git checkout without symbolic links leaves small text files that hold the link's target; such a file, of at most
/// 4096 bytes and naming an existing .safetensors file, is followed once.
class SafetensorsFile {
public:
    /// @throws InputError naming the file, and the tensor where one is at fault.
    explicit SafetensorsFile(const std::filesystem::path& file);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const std::map<std::string, TensorView>& tensors() const { return tensors_; }

private:
    std::filesystem::path path_;
    std::shared_ptr<const MappedFile> mapped_;
    std::map<std::string, TensorView> tensors_;
};

/// Widens to float32: exact for each of the three types.
/// @return the index of the first value that is not finite, or -1.
std::int64_t widen(const TensorView& view, std::span<float> values);

}  // namespace berth::workloads
