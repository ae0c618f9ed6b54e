// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

struct sqlite3;

namespace berth::compressor {

/// What a search has found so far, kept in a file, so that one that was ended at any moment goes on from there: an SQLite database with
/// a row for every question and its answer. A question is JSON that names all that its answer depends on, so one journal serves
/// searches of any tasks. Only for one thread at a time.
class Journal {
public:
    /// Opens the file, or makes it.
    /// @throws InputError naming a file that cannot be opened, or that is no journal.
    explicit Journal(const std::filesystem::path& file);

    /// The numbers that were recorded for the question, if any were.
    /// @param count of numbers that answer it. @throws InputError naming the file where it has another count.
    template <class Number>
    [[nodiscard]] std::optional<std::vector<Number>> find(const boost::json::object& question, std::size_t count) const {
        static_assert(std::is_arithmetic_v<Number>);
        std::vector<Number> numbers(count);
        if (!read(question, std::as_writable_bytes(std::span(numbers)))) return std::nullopt;
        return numbers;
    }

    /// Keeps the answer, on the disk when the call returns, in place of an earlier one.
    /// @throws InputError naming the file where it cannot be written.
    template <class Number>
    void record(const boost::json::object& question, std::span<const Number> answer) {
        static_assert(std::is_arithmetic_v<Number>);
        write(question, std::as_bytes(answer));
    }

private:
    /// Fills `answer`. @return whether there is one.
    bool read(const boost::json::object& question, std::span<std::byte> answer) const;
    void write(const boost::json::object& question, std::span<const std::byte> answer);
    void prepare();

    std::filesystem::path file_;
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
};

/// The answer from the journal, where there is one and it has it; else the one that answer() gives, which is recorded.
template <class Number, class Answer>
[[nodiscard]] std::vector<Number> recall(Journal* journal, const boost::json::object& question, std::size_t count, const Answer& answer) {
    if (journal != nullptr)
        if (auto found = journal->find<Number>(question, count)) return std::move(*found);
    std::vector<Number> numbers = answer();
    if (journal != nullptr) journal->record<Number>(question, numbers);
    return numbers;
}

}  // namespace berth::compressor
