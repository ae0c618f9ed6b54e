// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/iostreams/device/mapped_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace berth {

/// A file mapped into memory, read only. An empty file maps to an empty span.
class MappedFile {
public:
    /// @throws InputError naming the file when it does not exist, is not a regular file, or cannot be mapped.
    explicit MappedFile(const std::filesystem::path& file);

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    boost::iostreams::mapped_file_source source_;
    std::span<const std::byte> bytes_;
};

/// A file that appears whole or not at all: written beside its place, flushed to disk, then renamed. Destroying it
/// before commit() removes what was written, and so does SIGINT or SIGTERM once remove_partial_files_on_signal() is set.
class AtomicFile {
public:
    /// @throws InputError naming `file` when its folder does not exist or cannot be written, or when a folder, device or pipe
    /// stands in its place.
    explicit AtomicFile(std::filesystem::path file);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }
    /// @throws InputError naming the file when the disk is full or the rename fails.
    void commit();

private:
    void fail(const char* what) const;

    std::filesystem::path file_;
    std::string partial_;
    int descriptor_ = -1;
};

/// Writes a whole text file atomically.
void write_text(const std::filesystem::path& file, std::string_view text);

/// Checks, before work of minutes begins, that `file` can be created where it is asked for; leaves nothing behind.
/// @throws InputError naming the file.
void check_writable(const std::filesystem::path& file);

/// Reads a whole text file of at most `largest` bytes. @throws InputError naming the file.
[[nodiscard]] std::string read_text(const std::filesystem::path& file, std::uintmax_t largest);

/// Ends the process on SIGINT and SIGTERM after removing every partial file of an AtomicFile.
void remove_partial_files_on_signal();

}  // namespace berth
