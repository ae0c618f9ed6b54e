// SPDX-License-Identifier: Apache-2.0
#include "compressor/stored_sizes.hpp"

#include <initializer_list>
#include <set>
#include <string_view>

namespace berth::compressor {
namespace {

class Lengths {
public:
    explicit Lengths(const boost::json::object& header) : sections_(header.at("sections").as_array()) {}

    /// Of the sections that these fields of `object` refer to; of nothing where there is no object.
    [[nodiscard]] std::uint64_t of(const boost::json::value& object, std::initializer_list<std::string_view> fields) const {
        std::uint64_t bytes = 0;
        if (!object.is_object()) return bytes;
        for (const std::string_view field : fields)
            bytes += sections_.at(object.at(field).to_number<std::size_t>()).at("length").to_number<std::uint64_t>();
        return bytes;
    }
    [[nodiscard]] std::uint64_t of_matrix(const boost::json::value& matrix) const { return of(matrix, {"values", "scales"}); }

private:
    const boost::json::array& sections_;
};

std::uint64_t values_of(const inference::Int8Matrix& matrix) { return matrix.values.size(); }
std::uint64_t values_of(const inference::Norm& norm) { return norm.gamma.size() + norm.beta.size(); }

std::uint64_t parameters(const inference::Network& network) {
    const inference::Embeddings& tables = *network.embeddings;
    std::uint64_t count = values_of(tables.words) + values_of(tables.positions) + values_of(tables.segments);
    count += values_of(network.embedding_norm) + values_of(network.classifier) + network.classifier_bias.size();
    for (const inference::Linear& linear : network.linears) count += values_of(*linear.matrix) + linear.bias.size();
    for (const auto* norms : {&network.attention_norms, &network.output_norms})
        for (const inference::Norm& norm : *norms) count += values_of(norm);
    return count;
}

}  // namespace

StoredSizes stored_sizes(const boost::json::object& header, const inference::Shape& shape) {
    const Lengths lengths(header);
    const auto weights = [&shape](std::size_t index) {
        const auto [out, in] = inference::matrix_size(shape, index);
        return static_cast<std::uint64_t>(out) * static_cast<std::uint64_t>(in);
    };
    StoredSizes sizes;
    const auto& base = header.at("base").at("matrices").as_array();
    for (std::size_t index = 0; index < base.size(); ++index) {
        sizes.base.bytes += lengths.of_matrix(base[index]);
        sizes.base.weights += weights(index);
    }
    if (const auto* common = header.if_contains("shared_factors"))
        for (const auto& factor : common->as_array()) sizes.common.bytes += lengths.of_matrix(factor);
    std::set<std::size_t> matrices_in_common;
    for (const auto& task : header.at("tasks").as_array()) {
        StoredMatrices& own = sizes.tasks.emplace_back();
        const auto& linears = task.at("linears").as_array();
        for (std::size_t index = 0; index < linears.size(); ++index) {
            const auto& linear = linears[index];
            own.weights += weights(index);
            own.bytes += lengths.of_matrix(linear.at("matrix")) + lengths.of(linear.at("delta"), {"channels", "codes"});
            const auto& factors = linear.at("low_rank");
            if (!factors.is_object()) continue;
            for (const char* factor : {"down", "up"}) {
                own.bytes += lengths.of_matrix(factors.at(factor));
                if (!factors.at(factor).is_object()) matrices_in_common.insert(index);
            }
        }
    }
    for (const std::size_t index : matrices_in_common) sizes.common.weights += weights(index);
    return sizes;
}

std::uint64_t checkpoint_bytes(const WeightImage& image) {
    std::uint64_t bytes = 0;
    for (const TaskImage& task : image.tasks) bytes += parameters(task.network) * sizeof(float);
    return bytes;
}

}  // namespace berth::compressor
