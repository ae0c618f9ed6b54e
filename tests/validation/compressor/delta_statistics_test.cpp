// SPDX-License-Identifier: Apache-2.0
#include "compressor/family.hpp"
#include "compressor/task_deltas.hpp"
#include "tests/shared.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

/// Published for GLUE tasks on BERT-base: cosine 0.991 to 0.999, 2.6 to 42.0 % of the delta not zero, mean magnitude 1.00 to
/// 1.35 LSB. These checkpoints were fine-tuned at a higher rate, so their deltas are denser; the figures stand in the log.
TEST(DeltaStatistics, OfMiniLmTasksLieByThePublishedOnes) {
    const auto shared = test::shared();
    if (!shared) GTEST_SKIP() << "skipped: no ../shared";
    const auto models = *shared / "models/minilm";
    const Family family(models / "base");
    const SharedMatrices base = family.base_matrices();
    Threads threads(0);
    SharedEmbeddings embeddings;
    for (const char* name : {"sst2", "mrpc", "stsb", "subj"}) {
        const FamilyMember member = read_member(family, {name, models / name, std::nullopt, ""}, embeddings);
        const Similarity all = task_deltas(member.weights, family.shape(), base, 1, threads).overall;
        RecordProperty(std::string(name) + "_cosine", std::to_string(all.cosine));
        RecordProperty(std::string(name) + "_nonzero_share", std::to_string(all.nonzero_share));
        RecordProperty(std::string(name) + "_mean_magnitude_lsb", std::to_string(all.mean_magnitude));
        EXPECT_GT(all.cosine, 0.991) << name;
        EXPECT_GT(all.nonzero_share, 0.026) << name;
        EXPECT_LT(all.nonzero_share, 0.75) << name;
        EXPECT_GE(all.mean_magnitude, 1.0) << name;
        EXPECT_LT(all.mean_magnitude, 1.6) << name;
        EXPECT_LE(all.precision, 3) << name << " is not near-ternary";
    }
}

}  // namespace
}  // namespace berth::compressor
