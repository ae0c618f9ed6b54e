// SPDX-License-Identifier: Apache-2.0
#include "compressor/edit_image.hpp"

#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace berth::compressor {
namespace {

WeightImage with_tasks(const std::vector<std::string>& names) {
    WeightImage image = test::small_image();
    std::vector<TaskImage> tasks;
    for (const TaskImage& task : image.tasks)
        for (const std::string& name : names)
            if (task.name == name) tasks.push_back(task);
    image.tasks = std::move(tasks);
    return image;
}

std::string fault(const std::function<void()>& work) {
    try {
        work();
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(EditImage, AppendedTasksMakeTheImageThatHadThemAll) {
    WeightImage image = parse_image(serialise(with_tasks({"first"})), "one");
    append_tasks(image, parse_image(serialise(with_tasks({"second"})), "more"));
    EXPECT_EQ(serialise(image), serialise(test::small_image())) << "base and embedding tables are stored once";
    EXPECT_EQ(image.tasks[1].network.linears[0].matrix, image.base[0]);
    EXPECT_EQ(image.tasks[1].network.embeddings, image.tasks[0].network.embeddings);
}

TEST(EditImage, RemovedTasksLeaveWhatTheOthersUse) {
    WeightImage image = test::small_image();
    remove_tasks(image, {"first"});
    EXPECT_EQ(serialise(image), serialise(with_tasks({"second"})));
    EXPECT_EQ(fault([&] { remove_tasks(image, {"first"}); }), "task first: is not in the image; expected second");
    EXPECT_EQ(fault([&] { remove_tasks(image, {"second"}); }), "--remove: leaves no task; expected an image with at least one");
    EXPECT_EQ(image.tasks.size(), 1u);
}

TEST(EditImage, RefusesWhatIsNotOfTheFamily) {
    const auto refused = [](const std::function<void(WeightImage&)>& spoil) {
        WeightImage image = with_tasks({"first"}), more = with_tasks({"second"});
        spoil(more);
        const std::string said = fault([&] { append_tasks(image, std::move(more)); });
        EXPECT_EQ(image.tasks.size(), said.empty() ? 2u : 1u);
        return said;
    };
    EXPECT_EQ(refused([](WeightImage&) {}), "") << "the helper itself must not spoil anything";
    EXPECT_EQ(refused([](WeightImage& more) { more.tasks[0].name = "first"; }),
              "task first: is in the image already; expected another name, or --remove first");
    EXPECT_EQ(refused([](WeightImage& more) { more.shape.heads = 4; }).find("shape: differs"), 0u);
    EXPECT_EQ(refused([](WeightImage& more) { more.tokenizer.lower_case = !more.tokenizer.lower_case; }).find("tokenizer: differs"), 0u);
    EXPECT_EQ(refused([](WeightImage& more) { more.geometry.rows = 64; }).find("geometry: differs"), 0u);
    EXPECT_EQ(refused([](WeightImage& more) { more.base.clear(); }).find("base: differs"), 0u);
    EXPECT_EQ(refused([](WeightImage& more) {
                  inference::Int8Matrix other = *more.base[2];
                  other.values[5] = static_cast<std::int8_t>(other.values[5] == 1 ? 2 : 1);
                  more.base[2] = std::make_shared<const inference::Int8Matrix>(std::move(other));
              }).find("base.layer.0.value: differs"),
              0u);
}

}  // namespace
}  // namespace berth::compressor
