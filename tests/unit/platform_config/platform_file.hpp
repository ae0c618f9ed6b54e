// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "platform/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace berth::platform {

/// A folder of platform files that lives as long as a test.
class PlatformFolder : public ::testing::Test {
protected:
    PlatformFolder()
        : folder(std::filesystem::path(::testing::TempDir()) /
                 (std::string("platform_") + ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~PlatformFolder() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] std::string file(const char* name, std::string_view text) const {
        write_text(folder / name, text);
        return (folder / name).string();
    }

    const std::filesystem::path folder;
};

/// What load_platform says is wrong, or nothing.
inline std::string fault(const std::string& platform, const std::vector<std::string>& settings = {}) {
    try {
        (void)load_platform(platform, settings);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

}  // namespace berth::platform
