// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::workloads {

/// Elements that arrays of NumPy's may have here: '|i1', '<i4' and '<f4'.
enum class NpyType { int8, int32, float32 };

[[nodiscard]] std::size_t size_of(NpyType type);
/// "int8", "int32" or "float32".
[[nodiscard]] std::string_view name_of(NpyType type);

/// What stands before the data of an .npy file (NumPy Enhancement Proposal 1, formats 1.0, 2.0 and 3.0).
struct NpyHeader {
    NpyType type{};
    std::vector<std::int64_t> shape;  ///< row-major ("C order"); empty for a single number
    std::size_t bytes = 0;            ///< from the file's beginning to its data
};

/// @param where names the file in messages.
/// @throws InputError when these are not the first bytes of an .npy file, or of one with other elements or in Fortran order.
[[nodiscard]] NpyHeader parse_npy_header(std::span<const std::byte> file, const std::string& where);

/// Format 1.0, padded so that the data begins at a multiple of 64 bytes.
[[nodiscard]] std::string make_npy_header(NpyType type, std::span<const std::int64_t> shape);

}  // namespace berth::workloads
