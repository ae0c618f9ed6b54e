// SPDX-License-Identifier: Apache-2.0
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "workloads/special_tokens.hpp"
#include "workloads/tokenizer.hpp"
#include "workloads/unicode_text.hpp"

#include <algorithm>

namespace berth::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestVocabulary = std::uintmax_t{64} << 20;

/// Embedding tables are padded to such a multiple at most; a vocabulary shorter than that was cut.
constexpr int kPadding = 128;
constexpr int kPaddingGrain = 8;

std::vector<std::string> read_vocabulary_lines(const fs::path& file) {
    const std::string text = read_text(file, kLargestVocabulary);
    if (const auto bad = first_not_utf8(text))
        throw InputError(file.string(), "byte " + std::to_string(*bad) + " is not UTF-8", "a piece a line");
    std::vector<std::string> pieces;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        pieces.push_back(text.substr(begin, end - begin));
        if (pieces.back().ends_with('\r')) pieces.back().pop_back();
        begin = end + 1;
    }
    return pieces;
}

const boost::json::value* member(const boost::json::value* json, std::string_view key) {
    const auto* value = json && json->is_object() ? json->get_object().if_contains(key) : nullptr;
    return value && !value->is_null() ? value : nullptr;
}

bool read_flag(const boost::json::value* json, std::string_view key, bool otherwise, const std::string& file) {
    const auto* value = member(json, key);
    if (!value) return otherwise;
    if (!value->is_bool()) throw InputError(file + ":" + std::string(key), "is " + boost::json::serialize(*value), "true or false");
    return value->get_bool();
}

std::vector<std::string> vocabulary_of(const boost::json::value& json, const std::string& file) {
    const auto* model = member(&json, "model");
    const auto* type = member(model, "type");
    const auto* table = member(model, "vocab");
    if (!table || !table->is_object() || (type && *type != "WordPiece"))
        throw InputError(file + ":model", "is not a WordPiece vocabulary", "type WordPiece and vocab, an object of piece: id");
    const auto& entries = table->get_object();
    std::vector<std::string> pieces(entries.size());
    std::vector<bool> taken(entries.size());
    for (const auto& [piece, id] : entries) {
        boost::system::error_code bad;
        const auto at = id.to_number<std::size_t>(bad);
        if (bad || at >= pieces.size() || taken[at])
            throw InputError(file + ":model.vocab." + std::string(piece), "is " + boost::json::serialize(id),
                             "ids from 0 without gap or repeat");
        taken[at] = true;
        pieces[at] = std::string(piece);
    }
    return pieces;
}

/// tokenizer.json keeps the text rules with its vocabulary, under names of its own.
void read_tokenizer_json(const fs::path& file, TokenizerSettings& settings) {
    const boost::json::value json = read_json(file);
    settings.vocabulary = vocabulary_of(json, file.string());
    const auto* rules = member(&json, "normalizer");
    const std::string where = file.string() + ":normalizer";
    settings.lower_case = read_flag(rules, "lowercase", true, where);
    settings.strip_accents = read_flag(rules, "strip_accents", settings.lower_case, where);
    settings.tokenize_chinese = read_flag(rules, "handle_chinese_chars", true, where);
}

/// What tokenizer_config.json says prevails. Accents follow the case where neither file says.
void read_tokenizer_config(const fs::path& file, TokenizerSettings& settings) {
    const boost::json::value json = read_json(file);
    if (!json.is_object()) throw InputError(file.string(), "is not a JSON object", "the settings of a BERT tokenizer");
    const bool followed = settings.strip_accents == settings.lower_case;
    settings.lower_case = read_flag(&json, "do_lower_case", settings.lower_case, file.string());
    settings.strip_accents = read_flag(&json, "strip_accents", followed ? settings.lower_case : settings.strip_accents, file.string());
    settings.tokenize_chinese = read_flag(&json, "tokenize_chinese_chars", settings.tokenize_chinese, file.string());
    if (const auto* given = member(&json, "model_max_length")) {
        boost::system::error_code bad;
        const auto longest = given->to_number<double>(bad);
        if (bad || !(longest >= 1))
            throw InputError(file.string() + ":model_max_length", "is " + boost::json::serialize(*given), "a number of tokens");
        if (longest < settings.limit) settings.limit = static_cast<int>(longest);
    }
}

void check_vocabulary(const std::vector<std::string>& vocabulary, int rows, const std::string& file) {
    const auto pieces = static_cast<std::int64_t>(vocabulary.size());
    const bool padded = rows % kPaddingGrain == 0 && pieces <= rows && rows - pieces < kPadding;
    if (pieces != rows && !padded)
        throw InputError(file, "has " + std::to_string(pieces) + " pieces",
                         std::to_string(rows) + ", a piece a row of the word embeddings");
    for (const char* special : {kUnknown, kCls, kSep})
        if (std::find(vocabulary.begin(), vocabulary.end(), special) == vocabulary.end())
            throw InputError(file, std::string("lacks ") + special, "a BERT vocabulary with [UNK], [CLS] and [SEP]");
}

}  // namespace

TokenizerSettings read_tokenizer(const fs::path& directory, int positions, int vocabulary_size) {
    constexpr int fewest_tokens = 3;  // a pair's special ones
    const fs::path lines = directory / "vocab.txt", json = directory / "tokenizer.json", config = directory / "tokenizer_config.json";
    TokenizerSettings settings;
    settings.limit = positions;
    const fs::path& vocabulary = fs::exists(lines) || !fs::exists(json) ? lines : json;
    if (vocabulary == lines)
        settings.vocabulary = read_vocabulary_lines(lines);
    else
        read_tokenizer_json(json, settings);
    if (fs::exists(config)) read_tokenizer_config(config, settings);
    if (settings.limit < fewest_tokens)
        throw InputError(directory.string(), "allows " + std::to_string(settings.limit) + " tokens a sentence",
                         "room for [CLS] and two [SEP]");
    check_vocabulary(settings.vocabulary, vocabulary_size, vocabulary.string());
    return settings;
}

}  // namespace berth::workloads
