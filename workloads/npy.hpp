// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/files.hpp"
#include "workloads/npy_header.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace berth::workloads {

/// An array in an .npy file, mapped into memory, its size checked against the file's.
class NpyFile {
public:
    /// @throws InputError naming the file, where it is not such an array or has a byte too few or too many.
    explicit NpyFile(const std::filesystem::path& file);

    [[nodiscard]] NpyType type() const { return header_.type; }
    [[nodiscard]] const std::vector<std::int64_t>& shape() const { return header_.shape; }
    [[nodiscard]] std::string name() const { return mapped_.path().string(); }

    /// The elements in row-major order. @throws std::logic_error where they are of another type.
    [[nodiscard]] std::span<const std::int8_t> int8() const;
    [[nodiscard]] std::vector<std::int32_t> int32() const;
    /// @throws InputError naming the first element that is not finite.
    [[nodiscard]] std::vector<float> float32() const;

    /// "X.npy[3, 5]": an element, by its place in row-major order.
    [[nodiscard]] std::string element_name(std::size_t place) const;

private:
    [[nodiscard]] std::span<const std::byte> data(NpyType wanted) const;

    MappedFile mapped_;
    NpyHeader header_;
};

/// Writes an array whose elements may come in parts: the header, then the elements in row-major order.
class NpyWriter {
public:
    /// @throws InputError naming `file` when it cannot be created.
    explicit NpyWriter(const std::filesystem::path& file) : file_(file) {}

    void begin(NpyType type, std::span<const std::int64_t> shape) { file_.write(make_npy_header(type, shape)); }
    void write(std::span<const std::int32_t> values) { file_.write(std::as_bytes(values)); }
    void write(std::span<const float> values) { file_.write(std::as_bytes(values)); }
    void write(std::span<const std::int8_t> values) { file_.write(std::as_bytes(values)); }
    /// Puts the file in its place; without it none appears.
    void commit() { file_.commit(); }

private:
    AtomicFile file_;
};

}  // namespace berth::workloads
