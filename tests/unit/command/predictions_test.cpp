// SPDX-License-Identifier: Apache-2.0
#include "platform/command/predictions.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"

#include <gtest/gtest.h>

namespace berth::command {
namespace {

TEST(Predictions, WriteAClassAndItsLogitsALine) {
    const test::Scratch scratch;
    const std::vector<float> logits{0.5f, -1.25f, 0.1f, 3.0f};
    EXPECT_EQ(predictions_of(logits, 2, false), (std::vector<double>{0, 1}));
    write_predictions(scratch.path() / "p.tsv", logits, 2, false);
    EXPECT_EQ(test::content(scratch.path() / "p.tsv"), "index\tprediction\tlogit_0\tlogit_1\n0\t0\t0.5\t-1.25\n1\t1\t0.1\t3\n");
}

TEST(Predictions, WriteAScoreAsItIs) {
    const test::Scratch scratch;
    const std::vector<float> scores{4.1f, -0.5f};
    EXPECT_EQ(predictions_of(scores, 1, true), (std::vector<double>{4.1f, -0.5f}));
    write_predictions(scratch.path() / "p.tsv", scores, 1, true);
    EXPECT_EQ(test::content(scratch.path() / "p.tsv"), "index\tprediction\tlogit_0\n0\t4.1\t4.1\n1\t-0.5\t-0.5\n");
    EXPECT_EQ(
        test::refusal([&] { write_predictions(scratch.path() / "no" / "p.tsv", scores, 1, true); }).find((scratch.path() / "no").string()),
        0U);
}

TEST(Predictions, NameTheTaskWhereThereAreSeveral) {
    const test::Scratch scratch;
    const std::vector<float> classes{0.5f, -1.25f, 0.1f, 3.0f}, scores{4.1f};
    const std::vector<TaskPredictions> tasks{{"two", classes, 2, false}, {"score", scores, 1, true}};
    write_predictions(scratch.path() / "p.tsv", tasks);
    EXPECT_EQ(test::content(scratch.path() / "p.tsv"),
              "index\ttask\tprediction\tlogit_0\tlogit_1\n0\ttwo\t0\t0.5\t-1.25\n1\ttwo\t1\t0.1\t3\n0\tscore\t4.1\t4.1\t\n");
}

}  // namespace
}  // namespace berth::command
