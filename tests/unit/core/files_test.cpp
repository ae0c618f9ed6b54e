// SPDX-License-Identifier: Apache-2.0
#include "models/core/files.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>

#include "refusal.hpp"
#include "scratch.hpp"

namespace berth {
namespace {

using test::content;
using test::refusal;
using test::Scratch;

TEST(AtomicFile, AppearsWholeOnCommit) {
    const Scratch scratch;
    AtomicFile out(scratch.path() / "report.json");
    out.write("one ");
    out.write("two");
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "report.json"));
    out.commit();
    EXPECT_EQ(content(scratch.path() / "report.json"), "one two");
    EXPECT_EQ(scratch.names(), std::vector<std::string>{"report.json"});
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
    const Scratch scratch;
    {
        AtomicFile out(scratch.path() / "report.json");
        out.write("half");
    }
    EXPECT_TRUE(scratch.names().empty());
}

TEST(AtomicFile, KeepsTheOldFileUntilCommit) {
    const Scratch scratch;
    const auto file = scratch.file("report.json", "old");
    { AtomicFile(file).write("half"); }
    EXPECT_EQ(content(file), "old");
    write_text(file, "new");
    EXPECT_EQ(content(file), "new");
}

TEST(AtomicFile, HasThePermissionsOfAnOrdinaryFile) {
    const Scratch scratch;
    const mode_t before = ::umask(027);
    write_text(scratch.path() / "report.json", "x");
    ::umask(before);
    const auto permissions = std::filesystem::status(scratch.path() / "report.json").permissions();
    EXPECT_EQ(static_cast<unsigned>(permissions), 0640u);
}

TEST(AtomicFile, RefusesAMissingFolder) {
    const Scratch scratch;
    const std::string file = scratch.path() / "no/such/report.json";
    EXPECT_EQ(refusal([&] { AtomicFile out(file); }), file + ": its folder does not exist; expected a path in an existing folder");
}

TEST(AtomicFile, RefusesAFileInPlaceOfAFolder) {
    const Scratch scratch;
    const std::string file = scratch.file("notes", "") / "report.json";
    EXPECT_EQ(refusal([&] { AtomicFile out(file); }), file + ": its folder does not exist; expected a path in an existing folder");
}

TEST(AtomicFile, RefusesAFolderInPlaceOfAFile) {
    const Scratch scratch;
    const std::string folder = scratch.path();
    EXPECT_EQ(refusal([&] { AtomicFile out(folder); }), folder + ": is a folder; expected the path of a file");
}

TEST(AtomicFile, RefusesANameThatTheDiskCannotHold) {
    const Scratch scratch;
    const std::string file = scratch.path() / std::string(300, 'x');
    EXPECT_NE(refusal([&] { AtomicFile out(file); }).find("cannot be created"), std::string::npos);
    const std::string deep = scratch.path() / std::string(300, 'x') / "report.json";
    EXPECT_NE(refusal([&] { AtomicFile out(deep); }).find("its folder does not exist"), std::string::npos);
}

TEST(AtomicFile, SaysThatTheDiskTakesNoMore) {
    const Scratch scratch;
    AtomicFile out(scratch.path() / "report.json");
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit four_bytes{4, before.rlim_max};
    std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &four_bytes);
    const std::string message = refusal([&] { out.write("more than four bytes"); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
    EXPECT_EQ(message,
              (scratch.path() / "report.json").string() + ": cannot be written (File too large); expected a disk with room for the file");
}

TEST(AtomicFile, SaysThatItsFolderIsGoneAtCommit) {
    const Scratch scratch;
    const auto folder = scratch.path() / "results";
    std::filesystem::create_directory(folder);
    AtomicFile out(folder / "report.json");
    std::filesystem::remove_all(folder);
    EXPECT_NE(refusal([&] { out.commit(); }).find("cannot be put in place"), std::string::npos);
}

TEST(AtomicFile, IsRemovedWhenASignalEndsTheProcess) {
    const Scratch scratch;
    const auto interrupted = [&](int signal) {
        remove_partial_files_on_signal();
        AtomicFile out(scratch.path() / "report.json");
        out.write("half");
        std::raise(signal);
    };
    for (const int signal : {SIGINT, SIGTERM}) {
        EXPECT_EXIT(interrupted(signal), testing::ExitedWithCode(128 + signal), "");
        EXPECT_TRUE(scratch.names().empty());
    }
}

TEST(CheckWritable, LeavesNothingBehind) {
    const Scratch scratch;
    check_writable(scratch.path() / "report.json");
    EXPECT_TRUE(scratch.names().empty());
    const auto file = scratch.file("report.json", "old");
    check_writable(file);
    EXPECT_EQ(content(file), "old");
    EXPECT_THROW(check_writable(scratch.path() / "no/report.json"), InputError);
}

TEST(CheckWritable, RefusesToReplaceWhatIsNoRegularFile) {
    const Scratch scratch;
    const std::string pipe = scratch.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(refusal([&] { check_writable(pipe); }), pipe + ": is not a regular file; expected the path of a file");
    EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(MappedFile, GivesTheBytesOfTheFile) {
    const Scratch scratch;
    const std::string text = std::string("a\0b", 3) + std::string(10000, 'z');
    const MappedFile mapped(scratch.file("data", text));
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()), text);
    EXPECT_EQ(mapped.path(), scratch.path() / "data");
}

TEST(MappedFile, OfAnEmptyFileIsEmpty) {
    const Scratch scratch;
    EXPECT_TRUE(MappedFile(scratch.file("data", "")).bytes().empty());
}

TEST(MappedFile, NamesWhatCannotBeMapped) {
    const Scratch scratch;
    const std::string missing = scratch.path() / "data", folder = scratch.path(), pipe = scratch.path() / "pipe";
    EXPECT_EQ(refusal([&] { const MappedFile mapped(missing); }), missing + ": does not exist; expected a file");
    EXPECT_EQ(refusal([&] { const MappedFile mapped(folder); }), folder + ": is not a regular file; expected a file");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(refusal([&] { const MappedFile mapped(pipe); }), pipe + ": is not a regular file; expected a file");
}

TEST(ReadText, GivesTheWholeFileUpToItsBound) {
    const Scratch scratch;
    const auto file = scratch.file("notes", "five!");
    EXPECT_EQ(read_text(file, 5), "five!");
    EXPECT_EQ(refusal([&] { (void)read_text(file, 4); }), file.string() + ": has 5 bytes; expected at most 4 bytes");
}

}  // namespace
}  // namespace berth
