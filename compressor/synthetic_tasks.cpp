// SPDX-License-Identifier: Apache-2.0
#include "compressor/synthetic_tasks.hpp"

#include "compressor/delta.hpp"
#include "compressor/image_planes.hpp"
#include "models/core/draws.hpp"
#include "models/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace berth::compressor {
namespace {

using inference::Int8Matrix;
using inference::LowRankDelta;
using inference::MatrixDelta;

constexpr std::uint32_t kPurpose = 0x73796E74;
constexpr std::uint32_t kOneInEight = 1U << 29;  ///< of 2^32
constexpr const char* kMark = "synthetic";

/// What a draw is for; each is a stream of its own at every matrix.
enum Stream : std::uint32_t {
    whole_task,
    words,
    positions,
    segments,
    rows,
    channels,
    channel_codes,
    vectors,
    down_codes,
    up_codes,
    biases
};

/// Draws of one place in one task.
class Draws {
public:
    Draws(const DrawKey& task, Stream stream, std::size_t matrix) : key_(narrowed(task, {stream, low_word(matrix), 0, 0})) {}

    [[nodiscard]] std::size_t below(std::size_t count, std::size_t place) const {
        return philox({low_word(place), high_word(place), 0, 0}, key_)[0] % count;
    }

    /// The codes of one channel or vector, some replaced by others of it.
    [[nodiscard]] std::vector<std::int8_t> perturbed(const std::vector<std::int8_t>& codes, std::size_t place) const {
        std::vector<std::int8_t> changed = codes;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const auto words = philox({low_word(i), low_word(place), 1, 0}, key_);
            if (words[0] < kOneInEight) changed[i] = codes[words[1] % codes.size()];
        }
        return changed;
    }

private:
    DrawKey key_;
};

std::vector<std::int8_t> row_of(const Int8Matrix& matrix, int row) {
    const auto begin = matrix.values.begin() + static_cast<std::ptrdiff_t>(row) * matrix.in;
    return {begin, begin + matrix.in};
}

/// @param alike matrices of one size and as many bits.
Int8Matrix mixed_rows(const std::vector<const Int8Matrix*>& alike, const Draws& draws) {
    Int8Matrix mixed = *alike.front();
    for (int row = 0; row < mixed.out; ++row) {
        const Int8Matrix& from = *alike[draws.below(alike.size(), static_cast<std::size_t>(row))];
        const auto begin = static_cast<std::ptrdiff_t>(row) * mixed.in;
        std::copy_n(from.values.begin() + begin, mixed.in, mixed.values.begin() + begin);
        mixed.scales[static_cast<std::size_t>(row)] = from.scales[static_cast<std::size_t>(row)];
    }
    return mixed;
}

/// @param deltas of tasks on the base; null where one has none.
std::shared_ptr<const MatrixDelta> mixed_delta(const std::vector<const MatrixDelta*>& deltas, const Int8Matrix& base, const Draws& from,
                                               const Draws& codes) {
    MatrixDelta mixed;
    for (std::int32_t channel = 0; channel < base.out; ++channel) {
        const auto place = static_cast<std::size_t>(channel);
        const MatrixDelta* delta = deltas[from.below(deltas.size(), place)];
        if (!delta) continue;
        const auto kept = std::lower_bound(delta->channels.begin(), delta->channels.end(), channel);
        if (kept == delta->channels.end() || *kept != channel) continue;
        const auto begin = delta->codes.begin() + (kept - delta->channels.begin()) * base.in;
        const auto own = codes.perturbed({begin, begin + base.in}, place);
        mixed.magnitude_bits = std::max(mixed.magnitude_bits, delta->magnitude_bits);
        mixed.channels.push_back(channel);
        for (std::size_t i = 0; i < own.size(); ++i)
            mixed.codes.push_back(static_cast<std::int8_t>(within_int8(own[i], base.values[place * own.size() + i])));
    }
    return mixed.channels.empty() ? nullptr : std::make_shared<const MatrixDelta>(std::move(mixed));
}

/// Column `vector` of `from` in the scales and bits of `into`.
std::vector<std::int8_t> column_in_scales_of(const Int8Matrix& into, const Int8Matrix& from, int vector) {
    const auto largest = static_cast<float>(inference::largest_magnitude(into.magnitude_bits));
    std::vector<std::int8_t> column;
    for (int row = 0; row < into.out; ++row) {
        const auto place = static_cast<std::size_t>(row);
        const float code = from.values[place * static_cast<std::size_t>(from.in) + static_cast<std::size_t>(vector)];
        column.push_back(
            static_cast<std::int8_t>(std::clamp(std::nearbyint(code * from.scales[place] / into.scales[place]), -largest, largest)));
    }
    return column;
}

/// One synthetic task in the making.
class Mixture {
public:
    /// @param parents places of the tasks that are mixed.
    Mixture(const WeightImage& image, const std::vector<std::size_t>& parents, const DrawKey& key)
        : image_(image),
          key_(key),
          first_place_(parents[Draws(key, whole_task, 0).below(parents.size(), 0)]),
          first_(image.tasks[first_place_]) {
        for (const std::size_t parent : parents) parents_.push_back(&image.tasks[parent]);
    }

    [[nodiscard]] TaskImage named(std::string name) const {
        TaskImage task = first_;
        task.name = std::move(name);
        task.checkpoint.clear();
        task.provenance.clear();
        boost::json::array names;
        for (const TaskImage* parent : parents_) names.emplace_back(parent->name);
        task.statistics = {{kMark, true}, {"parents", std::move(names)}};
        task.network.embeddings = embeddings();
        for (std::size_t index = 0; index < task.network.linears.size(); ++index) task.network.linears[index] = linear(index);
        return task;
    }

private:
    /// What every parent has of something, where the first one's has as many bits.
    template <class Part>
    [[nodiscard]] std::vector<const Int8Matrix*> alike(const Part& part) const {
        std::vector<const Int8Matrix*> matrices;
        for (const TaskImage* parent : parents_)
            if (const Int8Matrix* matrix = part(*parent); matrix && matrix->magnitude_bits == part(first_)->magnitude_bits)
                matrices.push_back(matrix);
        return matrices;
    }

    [[nodiscard]] std::shared_ptr<const inference::Embeddings> embeddings() const {
        const auto& tables = first_.network.embeddings;
        if (std::all_of(parents_.begin(), parents_.end(), [&](const TaskImage* parent) { return parent->network.embeddings == tables; }))
            return tables;
        const auto mixed = [&](Int8Matrix inference::Embeddings::*table, Stream stream) {
            return mixed_rows(alike([&](const TaskImage& parent) { return &((*parent.network.embeddings).*table); }),
                              Draws(key_, stream, 0));
        };
        return std::make_shared<const inference::Embeddings>(inference::Embeddings{mixed(&inference::Embeddings::words, words),
                                                                                   mixed(&inference::Embeddings::positions, positions),
                                                                                   mixed(&inference::Embeddings::segments, segments)});
    }

    [[nodiscard]] inference::Linear linear(std::size_t index) const {
        inference::Linear made = first_.network.linears[index];
        const Draws of_bias(key_, biases, index);
        for (std::size_t i = 0; i < made.bias.size(); ++i)
            made.bias[i] = parents_[of_bias.below(parents_.size(), i)]->network.linears[index].bias[i];
        made.low_rank = factors(index);
        if (!image_.shares(first_, index)) {
            const auto own = [&](const TaskImage& parent) {
                return image_.shares(parent, index) ? nullptr : parent.network.linears[index].matrix.get();
            };
            made.matrix = std::make_shared<const Int8Matrix>(mixed_rows(alike(own), Draws(key_, rows, index)));
            return made;
        }
        std::vector<const MatrixDelta*> deltas;
        for (const TaskImage* parent : parents_)
            if (image_.shares(*parent, index)) deltas.push_back(parent->network.linears[index].delta.get());
        made.delta = mixed_delta(deltas, *made.matrix, Draws(key_, channels, index), Draws(key_, channel_codes, index));
        return made;
    }

    /// As many vectors as the first parent has. A factor that it has in common with others is taken as it is, and the other one's vectors
    /// from those that have it too.
    [[nodiscard]] std::shared_ptr<const LowRankDelta> factors(std::size_t index) const {
        const auto of = [index](const TaskImage* parent) { return parent->network.linears[index].low_rank; };
        const auto pattern = of(&first_);
        if (!pattern) return nullptr;
        const auto is_common = [&](PlaneKind kind) { return sharers_of_factor(image_, first_place_, index, kind).size() > 1; };
        const bool common_down = is_common(PlaneKind::down), common_up = is_common(PlaneKind::up);
        std::vector<const LowRankDelta*> from;
        for (const TaskImage* parent : parents_) {
            const auto pair = of(parent);
            if (pair && (!common_down || pair->down == pattern->down) && (!common_up || pair->up == pattern->up) &&
                pair->down->magnitude_bits == pattern->down->magnitude_bits)
                from.push_back(pair.get());
        }
        Int8Matrix down = *pattern->down, up = *pattern->up;
        const Draws draws(key_, vectors, index);
        for (int vector = 0; vector < down.out; ++vector) put_vector(*drawn_with(from, vector, draws), vector, index, down, up);
        return std::make_shared<const LowRankDelta>(common_down ? pattern->down : std::make_shared<const Int8Matrix>(std::move(down)),
                                                    common_up ? pattern->up : std::make_shared<const Int8Matrix>(std::move(up)));
    }

    /// One of those that have so many vectors, as the first parent has.
    static const LowRankDelta* drawn_with(std::vector<const LowRankDelta*> from, int vector, const Draws& draws) {
        std::erase_if(from, [&](const LowRankDelta* pair) { return pair->down->out <= vector; });
        return from[draws.below(from.size(), static_cast<std::size_t>(vector))];
    }

    void put_vector(const LowRankDelta& from, int vector, std::size_t index, Int8Matrix& down, Int8Matrix& up) const {
        const auto place = static_cast<std::size_t>(vector);
        const auto row = Draws(key_, down_codes, index).perturbed(row_of(*from.down, vector), place);
        std::copy(row.begin(), row.end(), down.values.begin() + static_cast<std::ptrdiff_t>(vector) * down.in);
        down.scales[place] = from.down->scales[place];
        const auto column = Draws(key_, up_codes, index).perturbed(column_in_scales_of(up, *from.up, vector), place);
        for (std::size_t i = 0; i < column.size(); ++i) up.values[i * static_cast<std::size_t>(up.in) + place] = column[i];
    }

    const WeightImage& image_;
    DrawKey key_;
    std::size_t first_place_;
    const TaskImage& first_;
    std::vector<const TaskImage*> parents_;
};

}  // namespace

bool is_synthetic(const TaskImage& task) {
    const boost::json::value* mark = task.statistics.if_contains(kMark);
    return mark && mark->is_bool() && mark->get_bool();
}

void add_synthetic_tasks(WeightImage& image, int count, std::uint64_t seed, Threads& threads) {
    std::vector<std::size_t> parents;
    for (std::size_t place = 0; place < image.tasks.size(); ++place)
        if (!is_synthetic(image.tasks[place])) parents.push_back(place);
    if (parents.empty())
        throw InputError("--synthetic", "has no task to mix: all of the image's are synthetic", "an image with real tasks");
    const std::size_t before = image.tasks.size() - parents.size();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        names.push_back(fmt::format("{}-{}", kMark, before + i + 1));
        if (image.has_task(names.back()))
            throw InputError("task " + names.back(), "is in the image already", "an image whose synthetic tasks are numbered from 1");
    }
    std::vector<TaskImage> made(names.size());
    threads.for_each(made.size(),
                     [&](std::size_t i) { made[i] = Mixture(image, parents, draw_key(seed, kPurpose, before + i + 1)).named(names[i]); });
    std::move(made.begin(), made.end(), std::back_inserter(image.tasks));
}

}  // namespace berth::compressor
