// SPDX-License-Identifier: Apache-2.0
#include "compressor/journal.hpp"

#include "tests/unit/compressor/journal_file.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace berth::compressor {
namespace {

using boost::json::object;

class Journals : public testing::Test {
protected:
    [[nodiscard]] std::string refused() const {
        return test::refusal([&] { const Journal journal(file_); });
    }
    test::Scratch folder_;
    std::filesystem::path file_ = folder_.path() / "found.sqlite";
    const object question_{{"what", "a test"}, {"setting", 0.1}};
};

TEST_F(Journals, KeepWhatWasFound) {
    const std::vector<double> numbers{0.1, -1e300, 5e-324};
    {
        Journal journal(file_);
        EXPECT_FALSE(journal.find<double>(question_, 3));
        journal.record<double>(question_, std::vector{1.0, 2.0, 3.0});
        journal.record<double>(question_, numbers);
        journal.record<float>({{"what", "a test"}, {"setting", 0.2}}, std::vector<float>{});
    }
    const Journal journal(file_);
    EXPECT_EQ(journal.find<double>(question_, 3), numbers);
    EXPECT_EQ(journal.find<float>({{"what", "a test"}, {"setting", 0.2}}, 0), std::vector<float>());
    EXPECT_FALSE(journal.find<double>({{"what", "a test"}, {"setting", 0.3}}, 3));
}

TEST_F(Journals, KeepItThoughTheProcessEndsAtOnce) {
    { const Journal made(file_); }
    const pid_t child = ::fork();
    if (child == 0) {
        Journal journal(file_);
        journal.record<double>(question_, std::vector{4.0});
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(Journal(file_).find<double>(question_, 1), std::vector{4.0});
}

TEST_F(Journals, AnswerAQuestionOnce) {
    Journal journal(file_);
    int asked = 0;
    const auto answer = [&] { return std::vector{static_cast<double>(++asked)}; };
    EXPECT_EQ(recall<double>(&journal, question_, 1, answer), std::vector{1.0});
    EXPECT_EQ(recall<double>(&journal, question_, 1, answer), std::vector{1.0});
    EXPECT_EQ(recall<double>(nullptr, question_, 1, answer), std::vector{2.0}) << "without a journal it is asked anew";
}

TEST_F(Journals, AreNoOtherFiles) {
    folder_.file("found.sqlite", "no database, but a text of some length");
    EXPECT_NE(refused().find("found.sqlite: cannot be read (file is not a database); expected a journal that --journal has made"),
              std::string::npos)
        << refused();
    std::filesystem::remove(file_);
    (void)test::run_sql(file_, "CREATE TABLE found(question TEXT)");
    EXPECT_NE(refused().find("is a database of another program"), std::string::npos) << refused();
    std::filesystem::remove(file_);
    { const Journal made(file_); }
    (void)test::run_sql(file_, "PRAGMA user_version = 7");
    EXPECT_NE(refused().find("is a journal of format 7; expected format 1"), std::string::npos) << refused();
    file_ = folder_.path() / "nowhere" / "found.sqlite";
    EXPECT_NE(refused().find("cannot be opened"), std::string::npos) << refused();
}

TEST_F(Journals, SayWhereAnAnswerIsNoAnswer) {
    Journal journal(file_);
    journal.record<double>(question_, std::vector{1.0, 2.0});
    const std::string said = test::refusal([&] { (void)journal.find<double>(question_, 3); });
    EXPECT_NE(said.find("found.sqlite: has 16 bytes for {"), std::string::npos) << said;
    EXPECT_NE(said.find("expected 24 bytes"), std::string::npos) << said;
}

}  // namespace
}  // namespace berth::compressor
