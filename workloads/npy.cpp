// SPDX-License-Identifier: Apache-2.0
#include "workloads/npy.hpp"

#include "models/core/error.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace berth::workloads {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are taken as they lie in the file");

void check_size(const NpyHeader& header, std::size_t there, const std::string& where) {
    std::uint64_t bytes = size_of(header.type);
    bool sized = true;
    for (const std::int64_t size : header.shape) sized = sized && !__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes);
    // A size of zero behind sizes whose product has left 64 bits makes the array empty all the same.
    if (!sized && std::find(header.shape.begin(), header.shape.end(), 0) != header.shape.end()) {
        sized = true;
        bytes = 0;
    }
    if (!sized || bytes != there)
        throw InputError(where, "has " + std::to_string(there) + " bytes of data",
                         sized ? std::to_string(bytes) + " bytes for its shape" : "a shape that its data can fill");
}

template <class Value>
std::vector<Value> copied(std::span<const std::byte> bytes) {
    std::vector<Value> values(bytes.size() / sizeof(Value));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
}

}  // namespace

NpyFile::NpyFile(const std::filesystem::path& file) : mapped_(file), header_(parse_npy_header(mapped_.bytes(), file.string())) {
    check_size(header_, mapped_.bytes().size() - header_.bytes, file.string());
}

std::span<const std::byte> NpyFile::data(NpyType wanted) const {
    if (header_.type != wanted) throw std::logic_error(name() + " was taken for an array of another type");
    return mapped_.bytes().subspan(header_.bytes);
}

std::span<const std::int8_t> NpyFile::int8() const {
    const auto bytes = data(NpyType::int8);
    return {reinterpret_cast<const std::int8_t*>(bytes.data()), bytes.size()};
}

std::vector<std::int32_t> NpyFile::int32() const { return copied<std::int32_t>(data(NpyType::int32)); }

std::vector<float> NpyFile::float32() const {
    std::vector<float> values = copied<float>(data(NpyType::float32));
    const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
    if (bad != values.end())
        throw InputError(element_name(static_cast<std::size_t>(bad - values.begin())), std::isnan(*bad) ? "is not a number" : "is infinite",
                         "finite numbers");
    return values;
}

std::string NpyFile::element_name(std::size_t place) const {
    std::string index;
    for (auto size = header_.shape.rbegin(); size != header_.shape.rend(); ++size) {
        const auto width = static_cast<std::size_t>(*size);
        index = std::to_string(place % width) + (index.empty() ? "" : ", ") + index;
        place /= width;
    }
    return name() + "[" + index + "]";
}

}  // namespace berth::workloads
