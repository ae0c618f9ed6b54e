// SPDX-License-Identifier: Apache-2.0
#include "compressor/stages/kinds.hpp"
#include "models/crossbar/encoding.hpp"

#include <algorithm>
#include <tuple>

namespace berth::compressor {
namespace {

struct BlockParams {
    double factor = 0.5;

    static constexpr std::tuple fields{
        Field{"factor", &BlockParams::factor, "of the blocks", 0.0, 1.0,
              "blocks that lose their delta, least norm first over the whole task"},
    };
};

/// Output channels [begin, end) of a matrix: as many as fill an array's columns.
struct Block {
    double norm = 0.0;
    std::size_t matrix = 0;
    std::int32_t begin = 0, end = 0;

    bool operator<(const Block& other) const { return std::tie(norm, matrix, begin) < std::tie(other.norm, other.matrix, other.begin); }
};

class BlockSparsity : public StageOf<BlockParams> {
public:
    using StageOf::StageOf;

    void apply(Draft& draft, Threads&) const override {
        draft.need_codes("block_sparsity");
        for (std::size_t task = 0; task < draft.tasks.size(); ++task) {
            CodedDeltas& coded = *draft.tasks[task].coded;
            std::vector<Block> blocks = blocks_of(draft, task);
            std::sort(blocks.begin(), blocks.end());
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                const double factor = at(draft, task, blocks[i].matrix)->factor;
                if (static_cast<double>(i + 1) > factor * static_cast<double>(blocks.size())) continue;
                std::erase_if(coded.kept[blocks[i].matrix],
                              [&](std::int32_t channel) { return channel >= blocks[i].begin && channel < blocks[i].end; });
            }
            draft.write_codes(task);
        }
    }

private:
    /// Of the matrices that the stage works on and that are coded.
    [[nodiscard]] std::vector<Block> blocks_of(const Draft& draft, std::size_t task) const {
        const CodedDeltas& coded = *draft.tasks[task].coded;
        const Geometry& arrays = draft.image.geometry;
        const auto encoding = crossbar::make_encoding(arrays.encoding);
        std::vector<Block> blocks;
        for (std::size_t index = 0; index < draft.matrices(); ++index) {
            if (!at(draft, task, index) || coded.kept[index].empty()) continue;
            const int slices = encoding->slices(coded.precision[index], arrays.cell_bits);
            const std::int32_t width = std::max(1, (arrays.cols - encoding->unit_columns()) / slices);
            const auto importance = channel_importance(coded.deltas.deltas[index], draft.image.base[index]->scales);
            const std::int32_t out = draft.image.base[index]->out;
            for (std::int32_t begin = 0; begin < out; begin += width) {
                Block block{0.0, index, begin, std::min(out, begin + width)};
                for (std::int32_t channel = block.begin; channel < block.end; ++channel) {
                    const double own = importance[static_cast<std::size_t>(channel)];
                    block.norm += own * own;
                }
                blocks.push_back(block);
            }
        }
        return blocks;
    }
};

}  // namespace

StageKind stages::block_sparsity() {
    return {"block_sparsity",
            "whole arrays of a delta go, least norm first",
            "blocks of neighbouring output channels that fill an array's columns, through all its row blocks",
            "those of the blocks that are left",
            "whole arrays less, converters included",
            "the kept channels' numbers",
            "structured pruning by Euclidean norm (Li et al. 2017, arXiv:1608.08710), on the bounds of arrays",
            &make_stage_of<BlockSparsity>,
            &parameters_of<BlockSparsity>};
}

}  // namespace berth::compressor
