// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

namespace berth::test {

/// What `work` says, from a process of its own: the kernel permits one simulation in each.
inline std::string in_own_process(const std::function<std::string()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        std::string said;
        try {
            said = work();
        } catch (const std::exception& error) {
            said = std::string("thrown: ") + error.what();
        }
        for (std::size_t done = 0; done < said.size();)
            done += static_cast<std::size_t>(std::max<ssize_t>(0, ::write(ends[1], said.data() + done, said.size() - done)));
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return said;
}

}  // namespace berth::test
