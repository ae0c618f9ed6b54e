// SPDX-License-Identifier: Apache-2.0
#include "platform/family_shape.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>

namespace berth::platform {
namespace {

PlatformConfig banked(const std::string& low_rank = "arrays") {
    return load_platform("reram-multitask", {"hierarchy.mapper=banked", "hierarchy.low_rank=" + low_rank});
}

double area(const PlatformConfig& config, const ImageOnChip& on_chip) {
    return area_block(config, &on_chip).at("total").to_number<double>();
}

std::int64_t weights(const std::vector<mapping::Plane>& planes) {
    std::int64_t sum = 0;
    for (const auto& plane : planes) sum += std::int64_t{plane.inputs} * plane.outputs;
    return sum;
}

std::vector<mapping::Plane> planes(const FamilyShape& family) { return compressor::planes_of(outline_of(family)); }

std::vector<mapping::Plane> copies(const FamilyShape& family) { return compressor::planes_of_copies(outline_of(family)); }

TEST(FamilyShape, KeepsAShareOfADeltasChannels) {
    // Kang et al. 2021, mode acc: 1.12 of 8 cells an element of a delta, which is 0.98 of a ternary one's channels where a weight has 7.
    PlatformConfig config = load_platform("reram-multitask");
    const ImageOnChip on_chip =
        place_family(config, outline_of({.model = "bert-base", .tasks = 8, .rank = 0, .delta_bits = 2, .kept = 0.98}));
    EXPECT_NEAR(cells_per_element(on_chip).delta / cells_per_element(on_chip).full, 1.12 / 8, 1e-3);
    EXPECT_EQ(planes({.model = "bert-base", .tasks = 2, .rank = 0, .delta_bits = 2, .kept = 0.0}).size(), 73u) << "the base alone";
    EXPECT_THROW((void)outline_of({.model = "bert-base", .base_bits = 0}), InputError);
}

TEST(FamilyShape, TakesSeveralChipsWithTheirLinksWhereOneIsNotEnough) {
    PlatformConfig config = load_platform("reram-multitask");
    const ImageOnChip on_chip = place_family(config, outline_of({.model = "bert-base", .tasks = 8, .rank = 0, .delta_bits = 2}));
    const std::int64_t chips = (on_chip.image.tiles + 1023) / 1024;
    ASSERT_GT(chips, 1);
    const boost::json::object area_json = area_block(config, &on_chip), arrays = arrays_block(config, &on_chip);
    EXPECT_EQ(arrays.at("chips").as_int64(), chips);
    EXPECT_EQ(arrays.at("spare_tiles").as_int64(), chips * 1024 - on_chip.image.tiles);
    EXPECT_EQ(arrays.at("spare_sites").as_int64(), on_chip.image.tiles * 96 - on_chip.image.sites);
    const auto& components = area_json.at("components");
    EXPECT_DOUBLE_EQ(components.at("chip.link").to_number<double>(), 22.88 * static_cast<double>(chips)) << "ISAAC, Table I";
    double sum = 0.0;
    for (const auto& [path, mm2] : components.as_object()) sum += mm2.to_number<double>();
    EXPECT_DOUBLE_EQ(area_json.at("total").to_number<double>(), sum);
    EXPECT_GT(area_json.at("whole_chips").to_number<double>(), sum);
    const auto& tree = area_json.at("tree");
    EXPECT_NEAR(tree.at("mm2").as_double(), sum, 1e-9 * sum);
    double imas = 0.0;
    for (const auto& [part, node] : tree.at("parts").at("tile").at("parts").at("ima").at("parts").as_object())
        imas += node.at("mm2").as_double();
    EXPECT_NEAR(tree.at("parts").at("tile").at("parts").at("ima").at("mm2").as_double(), imas, 1e-9 * imas);
    EXPECT_NEAR(area_json.at("spare").to_number<double>() / imas,
                static_cast<double>(arrays.at("spare_sites").as_int64()) / static_cast<double>(on_chip.image.tiles * 96), 1e-12);
    PlatformConfig small = load_platform("reram-multitask");
    const ImageOnChip one = place_family(small, outline_of({.model = "minilm-l6-h384", .tasks = 1, .rank = 0}));
    EXPECT_EQ(arrays_block(small, &one).at("chips").as_int64(), 1);
    EXPECT_EQ(area_block(small, &one).at("components").at("chip.link").to_number<double>(), 0.0);
}

TEST(FamilyShape, HasThePublishedCounts) {
    // Encoder weights of BERT-base, and its pooler (Devlin et al. 2019; sizes in Kang et al. 2021).
    EXPECT_EQ(weights(copies({.model = "bert-base", .tasks = 1})), 84'934'656 + 768 * 768);
    EXPECT_EQ(weights(copies({.model = "bert-large", .tasks = 2})), 2 * (24LL * 12 * 1024 * 1024 + 1024 * 1024));
    EXPECT_EQ(weights(planes({.model = "minilm-l6-h384", .rank = 0})), 6LL * 12 * 384 * 384 + 384 * 384);
    EXPECT_EQ(embedding_bytes(outline_of({.model = "bert-base"})).image, (30522 + 512 + 2) * (768 + 4));
    EXPECT_EQ(embedding_bytes(outline_of({.model = "bert-base", .embedding_bits = 5})).image, (30522 + 512 + 2) * (480 + 4));
    EXPECT_THROW((void)shape_of("bert-huge"), InputError);
    for (const std::string& name : shape_names()) EXPECT_GT(weights(planes({.model = name})), weights(planes({.model = name, .rank = 0})));
}

TEST(FamilyShape, GivesOneTaskWithoutDeltaTheAreaOfACopy) {
    PlatformConfig config = banked();
    const ImageOnChip on_chip = place_family(config, outline_of({.model = "minilm-l6-h384", .tasks = 1, .rank = 0}));
    EXPECT_DOUBLE_EQ(area_block(config, &on_chip).at("ratio").to_number<double>(), 1.0);
}

TEST(FamilyShape, ComesToOneNthAndLittleMore) {
    // Factors of many tasks stand behind the converters of one: what a task adds beside its share of the base is banks alone.
    for (const int tasks : {16, 32, 64}) {
        PlatformConfig config = banked();
        const ImageOnChip on_chip = place_family(config, outline_of({.model = "minilm-l6-h384", .tasks = tasks, .rank = 16}));
        const boost::json::object parts = area_block(config, &on_chip);
        const auto of = [&](const char* key) { return parts.at("groups").at(key).to_number<double>(); };
        const double copies = parts.at("baseline_copies").to_number<double>();
        const double beside_embeddings =
            (parts.at("total").to_number<double>() - of("embedding_memory")) / (copies - of("embedding_memory"));
        EXPECT_LE(beside_embeddings, 1.0 / tasks + 0.015) << tasks;
        EXPECT_GT(beside_embeddings, 1.0 / tasks) << tasks;
    }
}

TEST(FamilyShape, TakesMemoryInsteadOfArraysWhereThatIsCheaper) {
    for (const int tasks : {1, 8, 64}) {
        const compressor::WeightImage family = outline_of({.model = "minilm-l6-h384", .tasks = tasks});
        PlatformConfig arrays = banked("arrays"), digital = banked("digital"), cheaper = banked("cheaper");
        const double in_arrays = area(arrays, place_family(arrays, family)), in_memory = area(digital, place_family(digital, family));
        // A stage is weighed with even shares of tiles, and a chip has whole ones.
        const double a_tile = arrays.inventory.area({1, 0, 0}, arrays.hierarchy).at("tile.buffer") * 10;
        EXPECT_LE(area(cheaper, place_family(cheaper, family)), std::min(in_arrays, in_memory) + a_tile) << tasks;
        const ImageOnChip on_chip = place_family(digital, family);
        std::int64_t bytes = 0;
        for (const auto& placed : on_chip.image.planes)
            if (placed.plane.role != mapping::PlaneRole::matrix)
                bytes += (std::int64_t{placed.plane.inputs} * placed.plane.outputs * 3 + 7) / 8;
        EXPECT_EQ(on_chip.extent().factor_bytes, bytes);
        EXPECT_EQ(on_chip.image.sites, on_chip.image.arrays);
    }
}

TEST(FamilyShape, HasCopiesOnWhatItsWeightsLeaveOfTheChips) {
    const auto placed = [](const std::string& tiles, const std::string& replication, const std::string& copies_area) {
        PlatformConfig config = load_platform("reram-multitask", {"hierarchy.tiles=" + tiles, "hierarchy.replication=" + replication,
                                                                  "hierarchy.copies=2", "hierarchy.copies_area=" + copies_area});
        const ImageOnChip on_chip = place_family(config, outline_of({.model = "minilm-l6-h384", .tasks = 2}));
        return std::pair(on_chip.image.tiles, std::int64_t{config.hierarchy.chips});
    };
    for (const std::int64_t tiles : {16, 64, 100}) {
        const std::string on = std::to_string(tiles);
        const auto [alone, chips] = placed(on, "none", "0");
        const auto [filled, still] = placed(on, "balanced", "0");
        EXPECT_EQ(still, chips) << "copies ask for no chip";
        EXPECT_LE(filled, chips * tiles);
        EXPECT_GT(filled, alone);
        const auto [twice, of_twice] = placed(on, "fixed", "0");
        EXPECT_EQ(of_twice, (twice + tiles - 1) / tiles) << "those that are told do";
        const auto [more, of_more] = placed(on, "balanced", "40");
        EXPECT_GT(more, alone);
        EXPECT_EQ(of_more, (more + tiles - 1) / tiles);
    }
}

}  // namespace
}  // namespace berth::platform
