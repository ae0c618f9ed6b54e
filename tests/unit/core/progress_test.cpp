// SPDX-License-Identifier: Apache-2.0
#include "models/core/progress.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

namespace berth {
namespace {

/// What `work` writes to stderr while stderr is a terminal.
template <class Work>
std::string on_a_terminal(const Work& work) {
    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    EXPECT_EQ(::grantpt(master) | ::unlockpt(master), 0);
    const int terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    const int before = ::dup(STDERR_FILENO);
    ::dup2(terminal, STDERR_FILENO);
    work();
    (void)!::write(STDERR_FILENO, "|", 1);  // so that there is something to read, whatever the work wrote
    ::dup2(before, STDERR_FILENO);
    std::string text;
    char letter = 0;
    while (text.find('|') == std::string::npos && ::read(master, &letter, 1) == 1) text += letter;
    for (const int descriptor : {master, terminal, before}) ::close(descriptor);
    return text.substr(0, text.find('|'));
}

void count_to_four(bool quiet) {
    Progress progress("simulating", 4, quiet);
    progress.advance();
    progress.advance(3);
}

TEST(Progress, EndsOnATerminalWithAFullBar) {
    const std::string text = on_a_terminal([] { count_to_four(false); });
    EXPECT_NE(text.find("[==============================] simulating: 4/4"), std::string::npos) << text;
    EXPECT_EQ(text.substr(text.size() - 2), "\r\n");
}

TEST(Progress, ShowsHowFarItCameWhenWorkEndsEarly) {
    const std::string text = on_a_terminal([] {
        Progress progress("simulating", 4, false);
        progress.advance(2);
    });
    EXPECT_NE(text.find("[===============               ] simulating: 2/4"), std::string::npos) << text;
}

TEST(Progress, IsSilentWhenQuiet) {
    EXPECT_EQ(on_a_terminal([] { count_to_four(true); }), "");
}

TEST(Progress, DrawsNoBarInALog) {
    testing::internal::CaptureStderr();
    count_to_four(false);
    EXPECT_EQ(testing::internal::GetCapturedStderr().find('['), std::string::npos);
}

}  // namespace
}  // namespace berth
