// SPDX-License-Identifier: Apache-2.0
#include "compressor/stage_list.hpp"

#include "compressor/methods.hpp"
#include "compressor/stages/kinds.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::compressor {
namespace {

constexpr std::array kKinds{
    &stages::shared_base, &stages::low_bit_copies,   &stages::embeddings,         &stages::allocation,     &stages::resilience,
    &stages::ntq,         &stages::row_scaled_sign,  &stages::row_scaled_ternary, &stages::shared_deltas,  &stages::shared_dictionary,
    &stages::low_rank,    &stages::drop_and_rescale, &stages::hard_sharing,       &stages::block_sparsity, &stages::bias_correction,
};

StageKind kind_named(const boost::json::value* name, const std::string& where) {
    std::vector<std::string> names;
    for (const auto& kind : kKinds) {
        const StageKind one = kind();
        if (name && name->is_string() && std::string_view(name->get_string()) == one.name) return one;
        names.emplace_back(one.name);
    }
    throw InputError(where + ".stage", name ? "is " + berth::detail::shown(*name) : "is missing", berth::detail::alternatives(names));
}

void check_matrices(const Draft& draft, const std::string& where) {
    for (const TaskImage& task : draft.image.tasks)
        for (std::size_t index = 0; index < draft.matrices(); ++index)
            if (!task.network.linears[index].matrix)
                throw InputError(where, fmt::format("leaves task {} without a matrix {}", task.name, draft.matrix_name(index)),
                                 "shared_base, or low_bit_copies of every matrix");
}

}  // namespace

bool StageList::has(std::string_view name) const { return std::find(names.begin(), names.end(), name) != names.end(); }

Need StageList::needs() const {
    Need most = Need::weights;
    for (const auto& stage : stages) most = std::max(most, stage->needs());
    return most;
}

Draft StageList::draft(Subject& subject, const Budget& budget, Threads& threads) const {
    Draft made(subject, names, where, budget);
    for (const auto& stage : stages) stage->apply(made, threads);
    check_matrices(made, where);
    return made;
}

StageList read_stages(const boost::json::value& list, const std::string& where) {
    if (!list.is_array() || list.get_array().empty())
        throw InputError(where, list.is_array() ? "is empty" : "is " + berth::detail::shown(list), "a list of at least one stage");
    StageList read;
    read.given = list;
    read.where = where;
    for (std::size_t i = 0; i < list.get_array().size(); ++i) {
        const std::string at = fmt::format("{}[{}]", where, i);
        const boost::json::value& entry = list.get_array()[i];
        if (!entry.is_object()) throw InputError(at, "is " + berth::detail::shown(entry), "an object with a stage's name and parameters");
        const StageKind kind = kind_named(entry.get_object().if_contains("stage"), at);
        read.names.emplace_back(kind.name);
        read.stages.push_back(kind.make(entry.get_object(), at));
    }
    return read;
}

boost::json::array describe_stages() {
    boost::json::array list;
    for (const auto& kind : kKinds) {
        const StageKind one = kind();
        list.emplace_back(boost::json::object{{"name", one.name},
                                              {"meaning", one.meaning},
                                              {"keeps", one.keeps},
                                              {"cells", one.cells},
                                              {"converters", one.converters},
                                              {"metadata", one.metadata},
                                              {"source", one.source},
                                              {"parameters", one.parameters()}});
    }
    return list;
}

}  // namespace berth::compressor
