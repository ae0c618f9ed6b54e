// SPDX-License-Identifier: Apache-2.0
#include "models/core/files.hpp"

#include "models/core/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

namespace berth {
namespace {

namespace fs = std::filesystem;

std::string reason() { return std::strerror(errno); }

std::uintmax_t size_of_regular(const fs::path& file) {
    std::error_code bad;
    const fs::file_status status = fs::status(file, bad);
    if (!fs::exists(status)) throw InputError(file.string(), "does not exist", "a file");
    if (!fs::is_regular_file(status)) throw InputError(file.string(), "is not a regular file", "a file");
    const std::uintmax_t size = fs::file_size(file, bad);
    if (bad) throw InputError(file.string(), "cannot be read (" + bad.message() + ")", "a readable file");
    return size;
}

/// Names of partial files, in storage that a signal handler may read.
struct PartialFiles {
    static constexpr std::size_t kMost = 16;
    static constexpr std::size_t kLongest = 4096;
    std::array<std::array<char, kLongest>, kMost> names{};
    std::array<std::atomic<bool>, kMost> used{};

    void add(const std::string& name) {
        if (name.size() + 1 > kLongest) return;
        for (std::size_t i = 0; i < kMost; ++i) {
            if (used[i].load()) continue;
            std::memcpy(names[i].data(), name.c_str(), name.size() + 1);
            used[i].store(true);
            return;
        }
    }
    void remove(const std::string& name) {
        for (std::size_t i = 0; i < kMost; ++i)
            if (used[i].load() && name == names[i].data()) used[i].store(false);
    }
    void unlink_all() const {
        for (std::size_t i = 0; i < kMost; ++i)
            if (used[i].load()) ::unlink(names[i].data());
    }
};

PartialFiles partial_files;

extern "C" void end_on_signal(int signal) {
    partial_files.unlink_all();
    ::_exit(128 + signal);
}

}  // namespace

MappedFile::MappedFile(const fs::path& file) : path_(file) {
    const std::uintmax_t size = size_of_regular(file);
    if (size == 0) return;
    try {
        source_.open(file.string());
    } catch (const std::exception& error) {
        throw InputError(file.string(), std::string("cannot be mapped (") + error.what() + ")", "a readable file");
    }
    bytes_ = std::as_bytes(std::span(source_.data(), source_.size()));
}

AtomicFile::AtomicFile(fs::path file) : file_(std::move(file)) {
    const fs::path folder = file_.has_parent_path() ? file_.parent_path() : fs::path(".");
    std::error_code unreadable;
    if (!fs::is_directory(folder, unreadable))
        throw InputError(file_.string(), "its folder does not exist", "a path in an existing folder");
    if (fs::is_directory(file_, unreadable)) throw InputError(file_.string(), "is a folder", "the path of a file");
    // The rename would put a plain file where the device or pipe stood.
    if (fs::exists(file_, unreadable) && !fs::is_regular_file(file_, unreadable))
        throw InputError(file_.string(), "is not a regular file", "the path of a file");
    partial_ = (folder / ("." + file_.filename().string() + ".XXXXXX")).string();
    descriptor_ = ::mkstemp(partial_.data());
    if (descriptor_ < 0) throw InputError(file_.string(), "cannot be created (" + reason() + ")", "a folder that can be written");
    partial_files.add(partial_);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(descriptor_, 0666 & ~mask);
}

AtomicFile::~AtomicFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(partial_.c_str());
    partial_files.remove(partial_);
}

void AtomicFile::fail(const char* what) const {
    throw InputError(file_.string(), std::string(what) + " (" + reason() + ")", "a disk with room for the file");
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot be written");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void AtomicFile::commit() {
    if (::fsync(descriptor_) != 0) fail("cannot be flushed");
    if (::rename(partial_.c_str(), file_.c_str()) != 0) fail("cannot be put in place");
    partial_files.remove(partial_);
    ::close(std::exchange(descriptor_, -1));
}

void write_text(const fs::path& file, std::string_view text) {
    AtomicFile out(file);
    out.write(text);
    out.commit();
}

void check_writable(const fs::path& file) { AtomicFile probe(file); }

std::string read_text(const fs::path& file, std::uintmax_t largest) {
    const std::uintmax_t size = size_of_regular(file);
    if (size > largest)
        throw InputError(file.string(), "has " + std::to_string(size) + " bytes", "at most " + std::to_string(largest) + " bytes");
    std::string text(size, '\0');
    std::ifstream in(file, std::ios::binary);
    in.read(text.data(), static_cast<std::streamsize>(size));
    if (!in) throw InputError(file.string(), "cannot be read", "a readable file");
    return text;
}

void remove_partial_files_on_signal() {
    struct sigaction action {};
    action.sa_handler = end_on_signal;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace berth
