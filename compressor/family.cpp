// SPDX-License-Identifier: Apache-2.0
#include "compressor/family.hpp"

#include "compressor/quantise.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace berth::compressor {
namespace {

constexpr std::string_view kNameLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

std::string place_of(const std::filesystem::path& directory) { return std::filesystem::absolute(directory).lexically_normal().string(); }

boost::json::object provenance_of(const workloads::Checkpoint& checkpoint) {
    boost::json::object hashes;
    for (const auto& file : checkpoint.files()) hashes[file.filename().string()] = sha256_of_file(file);
    return hashes;
}

std::string_view name_of(workloads::Architecture architecture) {
    return workloads::kArchitectureNames[static_cast<std::size_t>(architecture)];
}

void check_shape(const Family& family, const workloads::Checkpoint& task) {
    const workloads::BertConfig &base = family.base().config(), &own = task.config();
    const workloads::ConfigKeys& keys = workloads::config_keys(own.architecture);
    const std::string where = (task.directory() / "config.json").string(), parent = (family.base().directory() / "config.json").string();
    const auto check = [&](const char* key, auto theirs, auto ours) {
        if (theirs != ours)
            throw InputError(fmt::format("{}:{}", where, key), fmt::format("is {}", theirs),
                             fmt::format("the base's {} ({})", ours, parent));
    };
    check("model_type", name_of(own.architecture), name_of(base.architecture));
    check(keys.hidden, own.hidden, base.hidden);
    check(keys.layers, own.layers, base.layers);
    check(keys.heads, own.heads, base.heads);
    check(keys.intermediate, own.intermediate, base.intermediate);
    check(keys.vocabulary, own.vocabulary, base.vocabulary);
    check("pad_token_id", own.first_position, base.first_position);
    check(keys.positions, own.positions, base.positions);
    if (keys.segments) check(keys.segments, own.segments, base.segments);
    if (keys.norm_epsilon) check(keys.norm_epsilon, own.norm_epsilon, base.norm_epsilon);
}

/// An image has one tokenizer, the base's; a task checkpoint that brings none uses it too.
void check_tokenizer(const Family& family, const workloads::Checkpoint& task) {
    const auto& directory = task.directory();
    if (!workloads::has_tokenizer(directory)) return;
    const auto own = workloads::read_tokenizer(directory, family.base().config());
    const auto& base = family.tokenizer();
    if (own.kind != base.kind || own.vocabulary != base.vocabulary || own.merges != base.merges)
        throw InputError(directory.string(), "has another vocabulary", "that of the base " + family.base().directory().string());
    const bool same = own.lower_case == base.lower_case && own.strip_accents == base.strip_accents &&
                      own.tokenize_chinese == base.tokenize_chinese && own.prefix_space == base.prefix_space;
    if (!same)
        throw InputError(directory.string(), "splits words in another way (case, accents, Chinese characters or the first space)",
                         "the tokenizer settings of the base " + family.base().directory().string());
}

}  // namespace

void check_task_names(const std::vector<TaskRequest>& tasks) {
    if (tasks.empty()) throw InputError("--task", "is missing", "NAME=DIR at least once");
    std::set<std::string> names{"base"};
    for (const TaskRequest& task : tasks) {
        if (task.name.empty() || task.name.find_first_not_of(kNameLetters) != std::string::npos)
            throw InputError("--task " + task.name, "is not a usable name", "letters, digits, '_', '.' and '-'");
        if (!names.insert(task.name).second)
            throw InputError("--task " + task.name, task.name == "base" ? "is the base's name" : "is given twice",
                             "a name of its own for each task");
    }
}

Family::Family(const std::filesystem::path& base)
    : base_(base), shape_(shape_of(base_.config())), tokenizer_(workloads::read_tokenizer(base, base_.config())) {}

std::vector<std::shared_ptr<const inference::Int8Matrix>> Family::base_matrices() const {
    const auto weights = workloads::read_bert_weights(base_, workloads::Head::none);
    std::vector<std::shared_ptr<const inference::Int8Matrix>> matrices;
    for (std::size_t index = 0; index < shared_matrix_count(base_.config()); ++index)
        matrices.push_back(quantise(matrix_of(weights, index)));
    return matrices;
}

const boost::json::object& Family::provenance() const {
    if (!provenance_) provenance_ = provenance_of(base_);
    return *provenance_;
}

WeightImage Family::begin_image() const {
    WeightImage image;
    image.shape = shape_;
    image.tokenizer = tokenizer_;
    image.base_checkpoint = place_of(base_.directory());
    image.base_provenance = provenance();
    return image;
}

std::shared_ptr<const inference::Embeddings> SharedEmbeddings::share(inference::Embeddings embeddings) {
    for (const auto& known : known_)
        if (*known == embeddings) return known;
    return known_.emplace_back(std::make_shared<const inference::Embeddings>(std::move(embeddings)));
}

FamilyMember read_member(const Family& family, const TaskRequest& request, SharedEmbeddings& embeddings) {
    const workloads::Checkpoint checkpoint(request.checkpoint, family.base().directory());
    check_shape(family, checkpoint);
    check_tokenizer(family, checkpoint);
    FamilyMember member{{}, workloads::read_bert_weights(checkpoint, workloads::Head::classifier)};
    member.adapter = checkpoint.adapter() != nullptr;
    member.image.name = request.name;
    member.image.metric = workloads::choose_metric(request.metric, checkpoint.config(), "--task " + request.name);
    member.image.label_names = checkpoint.config().label_names;
    member.image.checkpoint = place_of(request.checkpoint);
    member.image.provenance = provenance_of(checkpoint);
    member.image.network = quantise_small_parts(member.weights);
    auto& linears = member.image.network.linears;
    for (std::size_t index = shared_matrix_count(checkpoint.config()); index < linears.size(); ++index)
        linears[index].matrix = quantise(matrix_of(member.weights, index));
    member.image.network.embeddings = embeddings.share(quantise_embeddings(member.weights));
    return member;
}

}  // namespace berth::compressor
