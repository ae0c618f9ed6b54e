// SPDX-License-Identifier: Apache-2.0
#include "compressor/edit_image.hpp"

#include "models/core/error.hpp"

#include <memory>
#include <set>

namespace berth::compressor {
namespace {

using inference::Embeddings;

void check_family(const WeightImage& image, const WeightImage& more) {
    const auto agree = [](bool same, const char* what) {
        if (!same)
            throw InputError(what, "differs between the image and what is appended", "tasks compressed as the image's were, from one base");
    };
    agree(image.shape == more.shape, "shape");
    agree(image.tokenizer == more.tokenizer, "tokenizer");
    agree(image.geometry == more.geometry, "geometry");
    agree(image.base.size() == more.base.size(), "base");
    for (std::size_t index = 0; index < image.base.size(); ++index)
        agree(*image.base[index] == *more.base[index], ("base." + inference::matrix_name(image.shape, index)).c_str());
}

std::shared_ptr<const Embeddings> known(const WeightImage& image, const std::shared_ptr<const Embeddings>& tables) {
    for (const TaskImage& task : image.tasks)
        if (*task.network.embeddings == *tables) return task.network.embeddings;
    return tables;
}

}  // namespace

void append_tasks(WeightImage& image, WeightImage more) {
    check_family(image, more);
    for (TaskImage& task : more.tasks) {
        if (image.has_task(task.name))
            throw InputError("task " + task.name, "is in the image already", "another name, or --remove " + task.name);
        for (std::size_t index = 0; index < more.base.size(); ++index)
            if (auto& matrix = task.network.linears[index].matrix; matrix == more.base[index]) matrix = image.base[index];
        task.network.embeddings = known(image, task.network.embeddings);
        image.tasks.push_back(std::move(task));
    }
}

void remove_tasks(WeightImage& image, const std::vector<std::string>& names) {
    for (const std::string& name : names) (void)image.task(name);
    const std::set<std::string> gone(names.begin(), names.end());
    if (gone.size() == image.tasks.size()) throw InputError("--remove", "leaves no task", "an image with at least one");
    std::erase_if(image.tasks, [&](const TaskImage& task) { return gone.contains(task.name); });
}

}  // namespace berth::compressor
