// SPDX-License-Identifier: Apache-2.0
#include "compressor/copies.hpp"

#include "compressor/quantise.hpp"

namespace berth::compressor {

WeightImage Copies::compress(const CompressionRequest& request, Threads& threads) const {
    const Family family(request.base);
    WeightImage image = family.begin_image();
    SharedEmbeddings embeddings;
    for (const TaskRequest& task : request.tasks) {
        FamilyMember member = read_member(family, task, embeddings);
        auto& linears = member.image.network.linears;
        threads.for_each(linears.size(), [&](std::size_t index) { linears[index].matrix = quantise(matrix_of(member.weights, index)); });
        image.tasks.push_back(std::move(member.image));
    }
    return image;
}

boost::json::object Copies::describe() const {
    return {{"name", "copies"},
            {"meaning", "one full int8 model a task: the baseline of every area ratio"},
            {"source", "baseline of Kang, Shin, Kim, ICCAD 2021"},
            {"parameters", boost::json::array{}}};
}

}  // namespace berth::compressor
