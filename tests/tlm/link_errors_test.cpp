// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/link_errors.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace berth::interconnect {
namespace {

/// Whether every error of `weight` bits is found, those that contain the bits chosen so far.
bool finds_all(const Crc& crc, int weight, std::vector<int>& chosen) {
    if (weight == 0) return crc.finds(chosen);
    for (int bit = chosen.empty() ? 0 : chosen.back() + 1; bit < crc.sent_bits(); ++bit) {
        chosen.push_back(bit);
        const bool all = finds_all(crc, weight - 1, chosen);
        chosen.pop_back();
        if (!all) return false;
    }
    return true;
}

TEST(Crc, FindsEveryErrorOfFewerBitsThanItsDistanceAndNotAllOfAsMany) {
    for (const CrcCode& code : crc_codes()) {
        const Crc crc(code, 32);
        std::vector<int> chosen;
        for (int weight = 1; weight < code.distance; ++weight) EXPECT_TRUE(finds_all(crc, weight, chosen)) << code.name << " " << weight;
        EXPECT_FALSE(finds_all(crc, code.distance, chosen)) << code.name << " has a larger distance than it says";
    }
}

TEST(Crc, FindsThreeWrongBitsInTheLongestFlitOfItsDistance) {
    const CrcCode& code = crc_code("crc8_atm");
    std::vector<int> chosen;
    const Crc longest(code, code.longest), longer(code, code.longest + 1);
    EXPECT_TRUE(finds_all(longest, 2, chosen));
    EXPECT_TRUE(finds_all(longest, 3, chosen));
    EXPECT_FALSE(finds_all(longer, 2, chosen)) << "two bits the polynomial's period apart";
}

TEST(Crc, GivesThePublishedCheckValue) {
    // The check value of ITU-T's CRC-16 from a register of zeros ("XMODEM") on the characters 1 to 9 is 0x31C3; of the CRC-8, 0xF4.
    const std::string text = "123456789";
    std::array<bool, 72> bits{};
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (text[i / 8] >> (7 - i % 8)) & 1;
    EXPECT_EQ(Crc(crc_code("crc16_ccitt"), 72).check_bits(bits), 0x31C3u);
    EXPECT_EQ(Crc(crc_code("crc8_atm"), 72).check_bits(bits), 0xF4u);
}

RC_GTEST_PROP(Crc, FindsExactlyTheErrorsThatAreNotWordsOfTheCode, ()) {
    const Crc crc(crc_code(*rc::gen::element<std::string>("crc8_atm", "crc16_ccitt")), 32);
    std::array<bool, 32> flit{}, wrong{};
    for (bool& bit : flit) bit = *rc::gen::arbitrary<bool>();
    std::vector<int> errors;
    const std::uint32_t check = crc.check_bits(flit);
    std::uint32_t received = check;
    wrong = flit;
    for (int bit = 0; bit < crc.sent_bits(); ++bit) {
        if (!*rc::gen::arbitrary<bool>()) continue;
        errors.push_back(bit);
        if (bit < 32)
            wrong[static_cast<std::size_t>(bit)] = !wrong[static_cast<std::size_t>(bit)];
        else
            received ^= 1u << (crc.sent_bits() - 1 - bit);
    }
    RC_ASSERT(crc.finds(errors) == (crc.check_bits(wrong) != received));
}

TEST(BitErrors, ComeAsOftenAsTheRateSays) {
    for (const double rate : {0.3, 1e-2, 1e-4}) {
        const double bits = 2000.0 / rate;
        std::uint64_t wrong = 0;
        BitErrors errors(rate, {1, 2});
        for (; static_cast<double>(errors.position()) < bits; errors.next()) ++wrong;
        const double mean = rate * bits, deviation = std::sqrt(bits * rate * (1 - rate));
        EXPECT_NEAR(static_cast<double>(wrong), mean, 4 * deviation) << rate;
    }
}

TEST(BitErrors, AreNeverThereWithoutARate) {
    BitErrors errors(0.0, {1, 2});
    EXPECT_EQ(errors.position(), BitErrors::kNever);
    errors.next();
    EXPECT_EQ(errors.position(), BitErrors::kNever);
}

LinkErrorDesign design(double rate, int limit, const char* code = "crc16_ccitt") { return {rate, crc_code(code), limit, 7}; }

TEST(LinkErrors, RetriesAsOftenAsFlitsGoWrong) {
    const double rate = 1e-3;
    LinkErrors errors(design(rate, 1000), 4, 32);
    std::int64_t retries = 0, first = 0, undetected = 0;
    constexpr int kPackets = 20000, kFlits = 10;
    for (int packet = 0; packet < kPackets; ++packet) {
        const Crossing crossing = errors.cross(packet % 4, kFlits);
        EXPECT_FALSE(crossing.lost);
        retries += crossing.retries;
        first += crossing.first;
        undetected += crossing.undetected;
    }
    // A flit of 48 bits is wrong with q; it is sent again until it is right: q / (1 - q) times more, with variance q / (1 - q)^2.
    const double q = 1 - std::pow(1 - rate, 48), mean = q / (1 - q), variance = q / ((1 - q) * (1 - q));
    EXPECT_NEAR(static_cast<double>(retries), mean * kPackets * kFlits, 4 * std::sqrt(variance * kPackets * kFlits));
    EXPECT_NEAR(static_cast<double>(first), mean * kPackets, 4 * std::sqrt(variance * kPackets));
    EXPECT_EQ(undetected, 0);
}

TEST(LinkErrors, GivesUpBehindTheLimit) {
    const double rate = 0.02;
    constexpr int kPackets = 20000;
    int lost = 0;
    LinkErrors errors(design(rate, 2), 1, 32);
    for (int packet = 0; packet < kPackets; ++packet) lost += errors.cross(0, 1).lost;
    const double q = 1 - std::pow(1 - rate, 48), expected = q * q * q;  // sent three times
    EXPECT_NEAR(lost, expected * kPackets, 4 * std::sqrt(expected * (1 - expected) * kPackets));
}

TEST(LinkErrors, LetsPassWhatAShortCodeCannotSee) {
    // At this rate a flit is noise, and one in 2^8 has the right remainder by chance.
    LinkErrors errors(design(0.5, 0, "crc8_atm"), 1, 32);
    constexpr int kPackets = 40000;
    std::int64_t undetected = 0;
    for (int packet = 0; packet < kPackets; ++packet) undetected += errors.cross(0, 1).undetected;
    const double expected = kPackets / 256.0;
    EXPECT_NEAR(static_cast<double>(undetected), expected, 4 * std::sqrt(expected));
}

TEST(LinkErrors, GivesAPacketTheSameFateWhateverElseIsSent) {
    const auto fate = [](bool others) {
        LinkErrors errors(design(5e-3, 3), 2, 32);
        std::vector<std::int64_t> retries;
        for (int packet = 0; packet < 200; ++packet) {
            if (others) (void)errors.cross(1, 50);
            retries.push_back(errors.cross(0, 20).retries);
        }
        return retries;
    };
    EXPECT_EQ(fate(false), fate(true));
}

TEST(LinkErrors, CostsNothingWithoutARate) {
    LinkErrors errors(design(0.0, 3), 1, 32);
    const Crossing crossing = errors.cross(0, 1000);
    EXPECT_EQ(crossing.retries, 0);
    EXPECT_FALSE(crossing.lost);
}

}  // namespace
}  // namespace berth::interconnect
