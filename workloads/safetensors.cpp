// SPDX-License-Identifier: Apache-2.0
#include "workloads/safetensors.hpp"

#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "workloads/json_keys.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>

namespace berth::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLengthBytes = 8;
/// The format's own readers allow 100 MB; the header of a BERT has a hundred bytes a tensor.
constexpr std::uint64_t kLongestHeader = std::uint64_t{16} << 20;
constexpr std::uintmax_t kLongestLink = 4096;

struct ElementType {
    std::string_view name;
    std::uint64_t bytes;
    std::optional<DataType> weight;  ///< set where a weight may have it
};

constexpr std::array kElementTypes{
    ElementType{"F32", 4, DataType::f32},
    ElementType{"F16", 2, DataType::f16},
    ElementType{"BF16", 2, DataType::bf16},
    ElementType{"F64", 8, {}},
    ElementType{"I64", 8, {}},
    ElementType{"U64", 8, {}},
    ElementType{"I32", 4, {}},
    ElementType{"U32", 4, {}},
    ElementType{"I16", 2, {}},
    ElementType{"U16", 2, {}},
    ElementType{"I8", 1, {}},
    ElementType{"U8", 1, {}},
    ElementType{"BOOL", 1, {}},
    ElementType{"F8_E4M3", 1, {}},
    ElementType{"F8_E5M2", 1, {}},
};

/// The file itself, or the .safetensors file that a git link left as text names.
fs::path follow_text_link(const fs::path& file) {
    std::error_code bad;
    const std::uintmax_t size = fs::file_size(file, bad);
    if (bad || size == 0 || size > kLongestLink) return file;
    std::string text = read_text(file, kLongestLink);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    const bool printable = std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (!printable || !text.ends_with(".safetensors")) return file;
    const fs::path target = (file.parent_path() / text).lexically_normal();
    if (!fs::is_regular_file(target, bad))
        throw InputError(file.string(), "is a link to " + target.string() + ", which is not there", "a file");
    return target;
}

std::string_view header_of(const fs::path& file, std::span<const std::byte> bytes) {
    if (bytes.size() < kLengthBytes)
        throw InputError(file.string(), "has " + std::to_string(bytes.size()) + " bytes", "a safetensors file of at least 8 bytes");
    std::uint64_t length = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    const std::uint64_t most = std::min<std::uint64_t>(kLongestHeader, bytes.size() - kLengthBytes);
    if (length > most)
        throw InputError(file.string(), "its header claims " + std::to_string(length) + " bytes", "at most " + std::to_string(most));
    return {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, static_cast<std::size_t>(length)};
}

/// What the header says of one tensor, checked against the data that is there.
class TensorEntry {
public:
    TensorEntry(std::string where, const boost::json::value& json, std::uint64_t data_bytes) : where_(std::move(where)) {
        if (!json.is_object()) throw InputError(where_, "is not an object", "an object with dtype, shape and data_offsets");
        const auto& object = json.get_object();
        read_type(object);
        read_shape(object);
        read_offsets(object, data_bytes);
        if (!sized_ || elements_ * type_->bytes != end - begin)
            throw InputError(where_, "spans " + std::to_string(end - begin) + " bytes",
                             sized_ ? std::to_string(elements_ * type_->bytes) + " bytes for its shape" : "a shape that its data can fill");
    }

    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] const std::optional<DataType>& weight() const { return type_->weight; }

    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0, end = 0;

private:
    void read_type(const boost::json::object& object) {
        const auto* dtype = object.if_contains("dtype");
        if (!dtype || !dtype->is_string()) throw InputError(where_, "dtype is missing or not a string", "F32, F16 or BF16");
        const std::string_view name(dtype->get_string());
        type_ = std::find_if(kElementTypes.begin(), kElementTypes.end(), [&](const ElementType& type) { return type.name == name; });
        if (type_ == kElementTypes.end()) throw InputError(where_, "dtype is " + boost::json::serialize(*dtype), "F32, F16 or BF16");
    }

    void read_shape(const boost::json::object& object) {
        const auto* sizes = object.if_contains("shape");
        if (!sizes || !sizes->is_array()) throw InputError(where_, "shape is missing or not an array", "an array of sizes");
        for (const auto& size : sizes->get_array()) {
            boost::system::error_code bad;
            shape.push_back(size.to_number<std::int64_t>(bad));
            if (bad || shape.back() < 0) throw InputError(where_, "shape holds " + boost::json::serialize(size), "whole numbers from 0");
            sized_ = sized_ && !__builtin_mul_overflow(elements_, static_cast<std::uint64_t>(shape.back()), &elements_) &&
                     elements_ <= std::numeric_limits<std::uint64_t>::max() / type_->bytes;
        }
    }

    void read_offsets(const boost::json::object& object, std::uint64_t data_bytes) {
        const auto* offsets = object.if_contains("data_offsets");
        const bool pair = offsets && offsets->is_array() && offsets->get_array().size() == 2;
        if (!pair) throw InputError(where_, "data_offsets is missing or not a pair", "[begin, end]");
        boost::system::error_code bad_begin, bad_end;
        begin = offsets->get_array()[0].to_number<std::uint64_t>(bad_begin);
        end = offsets->get_array()[1].to_number<std::uint64_t>(bad_end);
        if (bad_begin || bad_end || begin > end || end > data_bytes)
            throw InputError(where_, "data_offsets are " + boost::json::serialize(*offsets),
                             "ascending offsets within the file's " + std::to_string(data_bytes) + " bytes of data");
    }

    std::string where_;
    decltype(kElementTypes)::const_iterator type_ = kElementTypes.end();
    std::uint64_t elements_ = 1;
    bool sized_ = true;  ///< false once the shape's product leaves 64 bits
};

void refuse_overlap(std::vector<const TensorEntry*> entries) {
    std::erase_if(entries, [](const TensorEntry* entry) { return entry->begin == entry->end; });
    std::sort(entries.begin(), entries.end(), [](const TensorEntry* a, const TensorEntry* b) { return a->begin < b->begin; });
    for (std::size_t i = 1; i < entries.size(); ++i)
        if (entries[i]->begin < entries[i - 1]->end)
            throw InputError(entries[i]->where(), "its data_offsets overlap those of another tensor", "data of its own");
}

constexpr std::uint32_t kExponent = 0x7f800000;

float widen_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

/// Exponent and fraction move to float's place; the product with 2^112 corrects the bias and is exact, subnormals included.
float widen_f16(std::uint16_t bits) {
    const std::uint32_t magnitude = std::uint32_t(bits & 0x7fff) << 13, sign = std::uint32_t(bits & 0x8000) << 16;
    const float finite = std::bit_cast<float>(magnitude) * 0x1p112f;
    const std::uint32_t wide = (bits & 0x7c00) == 0x7c00 ? magnitude | kExponent : std::bit_cast<std::uint32_t>(finite);
    return std::bit_cast<float>(wide | sign);
}

bool all_finite(std::span<const float> values) {
    std::uint32_t bad = 0;
    for (const float value : values) bad |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent;
    return bad == 0;
}

template <class Narrow, class Widen>
void widen_each(std::span<const std::byte> bytes, std::span<float> values, const Widen& widen_one) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        Narrow narrow;
        std::memcpy(&narrow, bytes.data() + i * sizeof narrow, sizeof narrow);
        values[i] = widen_one(narrow);
    }
}

}  // namespace

std::int64_t TensorView::elements() const {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
}

SafetensorsFile::SafetensorsFile(const fs::path& file) : path_(follow_text_link(file)), mapped_(std::make_shared<const MappedFile>(path_)) {
    const std::span<const std::byte> bytes = mapped_->bytes();
    const std::string_view header = header_of(path_, bytes);
    const std::span<const std::byte> data = bytes.subspan(kLengthBytes + header.size());
    const boost::json::value json = parse_json(header, path_.string() + ": header");
    if (!json.is_object()) throw InputError(path_.string(), "its header is not a JSON object", "an object with an entry for every tensor");
    if (const auto twice = repeated_key(header))
        throw InputError(path_.string() + ": " + *twice, "stands twice in the header", "one entry a tensor");

    std::vector<TensorEntry> entries;
    std::vector<const TensorEntry*> places;
    entries.reserve(json.get_object().size());
    for (const auto& [name, described] : json.get_object()) {
        if (name == "__metadata__") continue;
        const TensorEntry& entry = entries.emplace_back(path_.string() + ": " + std::string(name), described, data.size());
        places.push_back(&entry);
        if (entry.weight())
            tensors_[std::string(name)] = {*entry.weight(), entry.shape, data.subspan(entry.begin, entry.end - entry.begin)};
    }
    refuse_overlap(std::move(places));
}

std::int64_t widen(const TensorView& view, std::span<float> values) {
    if (values.empty()) return -1;
    switch (view.type) {
        case DataType::f32:
            std::memcpy(values.data(), view.bytes.data(), values.size_bytes());
            break;
        case DataType::f16:
            widen_each<std::uint16_t>(view.bytes, values, widen_f16);
            break;
        case DataType::bf16:
            widen_each<std::uint16_t>(view.bytes, values, widen_bf16);
            break;
    }
    if (all_finite(values)) return -1;
    return std::find_if(values.begin(), values.end(), [](float value) { return !all_finite({&value, 1}); }) - values.begin();
}

}  // namespace berth::workloads
