// SPDX-License-Identifier: Apache-2.0
#include "models/core/json.hpp"
#include "tests/shared.hpp"
#include "workloads/tokenizer.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace berth::workloads {
namespace {

TEST(GoldenTokens, EveryLineMatchesTheFastTokenizer) {
    const auto shared = test::shared();
    if (!shared) GTEST_SKIP() << "skipped: no ../shared";
    const Tokenizer tokenizer(read_tokenizer(*shared / "models/minilm/base", 512, 30522));
    std::ifstream lines(*shared / "golden/tokens.jsonl");
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto json = parse_json(line, "tokens.jsonl");
        const auto& golden = json.as_object();
        std::optional<std::string> second;
        if (const auto* b = golden.if_contains("b")) second = std::string(b->as_string());
        const Encoded encoded = tokenizer.encode(std::string(golden.at("a").as_string()), second, golden.at("max_len").to_number<int>());
        EXPECT_EQ(encoded.ids, boost::json::value_to<std::vector<std::int32_t>>(golden.at("ids"))) << line;
        EXPECT_EQ(encoded.segments, boost::json::value_to<std::vector<std::int32_t>>(golden.at("segments"))) << line;
    }
    EXPECT_EQ(count, 764U);
}

}  // namespace
}  // namespace berth::workloads
