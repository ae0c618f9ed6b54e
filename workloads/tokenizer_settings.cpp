// SPDX-License-Identifier: Apache-2.0
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "workloads/byte_bpe.hpp"
#include "workloads/special_tokens.hpp"
#include "workloads/tokenizer.hpp"
#include "workloads/unicode_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace berth::workloads {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestVocabulary = std::uintmax_t{64} << 20;

/// Embedding tables are padded to such a multiple at most; a vocabulary shorter than that was cut.
constexpr int kPadding = 128;
constexpr int kPaddingGrain = 8;

constexpr const char *kLines = "vocab.txt", *kTable = "vocab.json", *kMerges = "merges.txt", *kTokenizer = "tokenizer.json",
                     *kSettings = "tokenizer_config.json";

std::vector<std::string> read_lines(const fs::path& file, const std::string& expected) {
    const std::string text = read_text(file, kLargestVocabulary);
    if (const auto bad = first_not_utf8(text)) throw InputError(file.string(), "byte " + std::to_string(*bad) + " is not UTF-8", expected);
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        if (lines.back().ends_with('\r')) lines.back().pop_back();
        begin = end + 1;
    }
    return lines;
}

const boost::json::value* member(const boost::json::value* json, std::string_view key) {
    const auto* value = json && json->is_object() ? json->get_object().if_contains(key) : nullptr;
    return value && !value->is_null() ? value : nullptr;
}

bool read_flag(const boost::json::value* json, std::string_view key, bool otherwise, const std::string& where) {
    const auto* value = member(json, key);
    if (!value) return otherwise;
    if (!value->is_bool()) throw InputError(where + std::string(key), "is " + boost::json::serialize(*value), "true or false");
    return value->get_bool();
}

/// Pieces by id from an object of piece: id.
std::vector<std::string> pieces_by_id(const boost::json::object& entries, const std::string& where) {
    std::vector<std::string> pieces(entries.size());
    std::vector<bool> taken(entries.size());
    for (const auto& [piece, id] : entries) {
        boost::system::error_code bad;
        const auto at = id.to_number<std::size_t>(bad);
        if (bad || at >= pieces.size() || taken[at])
            throw InputError(where + std::string(piece), "is " + boost::json::serialize(id), "ids from 0 without gap or repeat");
        taken[at] = true;
        pieces[at] = std::string(piece);
    }
    return pieces;
}

std::vector<std::string> read_vocabulary_table(const fs::path& file) {
    const boost::json::value json = read_json(file);
    if (!json.is_object()) throw InputError(file.string(), "is not a JSON object", "an object of piece: id");
    return pieces_by_id(json.get_object(), file.string() + ":");
}

/// merges.txt may begin with a line that says its version.
void read_merges(const fs::path& file, TokenizerSettings& settings) {
    settings.merges = read_lines(file, "a merge a line");
    const std::size_t above = !settings.merges.empty() && settings.merges.front().starts_with("#version") ? 1 : 0;
    settings.merges.erase(settings.merges.begin(), settings.merges.begin() + static_cast<std::ptrdiff_t>(above));
    if (const auto bad = first_bad_merge(settings.vocabulary, settings.merges))
        throw InputError(file.string() + ": line " + std::to_string(bad->merge + 1 + above), bad->fault,
                         "two pieces of the vocabulary that make a third");
}

/// tokenizer.json has a merge as "left right" or, newer, as ["left", "right"].
void read_merges(const boost::json::value* merges, const std::string& where, TokenizerSettings& settings) {
    const char* expected = "a list of merges, each two pieces that make a third";
    if (!merges || !merges->is_array()) throw InputError(where, "is missing or not a list", expected);
    for (const boost::json::value& merge : merges->get_array()) {
        const auto* pair = merge.if_array();
        const bool two = pair && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string();
        if (!two && !merge.is_string())
            throw InputError(where + "[" + std::to_string(settings.merges.size()) + "]", "is " + boost::json::serialize(merge), expected);
        settings.merges.push_back(two ? std::string((*pair)[0].get_string()) + " " + std::string((*pair)[1].get_string())
                                      : std::string(merge.get_string()));
    }
    if (const auto bad = first_bad_merge(settings.vocabulary, settings.merges))
        throw InputError(where + "[" + std::to_string(bad->merge) + "]", bad->fault, expected);
}

/// tokenizer.json keeps the text rules with its vocabulary, under names of its own.
void read_tokenizer_json(const fs::path& file, TokenizerSettings& settings) {
    const boost::json::value json = read_json(file);
    const std::string name = file.string();
    const auto* model = member(&json, "model");
    const auto* type = member(model, "type");
    const auto* table = member(model, "vocab");
    const bool bpe = type && *type == "BPE";
    if (!table || !table->is_object() || (type && !bpe && *type != "WordPiece"))
        throw InputError(name + ":model", "is not a vocabulary of WordPiece or BPE",
                         "type WordPiece or BPE and vocab, an object of piece: id");
    settings.vocabulary = pieces_by_id(table->get_object(), name + ":model.vocab.");
    if (bpe) {
        const auto* words = member(&json, "pre_tokenizer");
        const auto* level = member(words, "type");
        if (!level || *level != "ByteLevel") throw InputError(name + ":pre_tokenizer.type", "is not ByteLevel", "RoBERTa's ByteLevel");
        settings.kind = TokenizerKind::byte_bpe;
        settings.prefix_space = read_flag(words, "add_prefix_space", false, name + ":pre_tokenizer.");
        read_merges(member(model, "merges"), name + ":model.merges", settings);
        return;
    }
    const auto* rules = member(&json, "normalizer");
    const std::string where = name + ":normalizer.";
    settings.lower_case = read_flag(rules, "lowercase", true, where);
    settings.strip_accents = read_flag(rules, "strip_accents", settings.lower_case, where);
    settings.tokenize_chinese = read_flag(rules, "handle_chinese_chars", true, where);
}

/// A special token by another name than the usual would be cut as text.
void require_usual_token(const boost::json::value& json, std::string_view key, std::string_view usual, const std::string& file) {
    const auto* given = member(&json, key);
    const auto* content = given && given->is_object() ? member(given, "content") : given;
    if (content && !(content->is_string() && content->get_string() == usual))
        throw InputError(file + ":" + std::string(key), "is " + boost::json::serialize(*content), std::string(usual));
}

/// What tokenizer_config.json says prevails. Accents follow the case where neither file says.
void read_tokenizer_config(const fs::path& file, TokenizerSettings& settings) {
    const boost::json::value json = read_json(file);
    if (!json.is_object()) throw InputError(file.string(), "is not a JSON object", "the settings of a tokenizer");
    const std::string where = file.string() + ":";
    if (settings.kind == TokenizerKind::byte_bpe) {
        constexpr std::array<std::pair<const char*, const char*>, 3> usual_tokens{
            {{"cls_token", kBegin}, {"sep_token", kEnd}, {"unk_token", kBpeUnknown}}};
        for (const auto& [key, usual] : usual_tokens) require_usual_token(json, key, usual, file.string());
        settings.prefix_space = read_flag(&json, "add_prefix_space", settings.prefix_space, where);
    } else {
        const bool followed = settings.strip_accents == settings.lower_case;
        settings.lower_case = read_flag(&json, "do_lower_case", settings.lower_case, where);
        settings.strip_accents = read_flag(&json, "strip_accents", followed ? settings.lower_case : settings.strip_accents, where);
        settings.tokenize_chinese = read_flag(&json, "tokenize_chinese_chars", settings.tokenize_chinese, where);
    }
    if (const auto* given = member(&json, "model_max_length")) {
        boost::system::error_code bad;
        const auto longest = given->to_number<double>(bad);
        if (bad || !(longest >= 1))
            throw InputError(where + "model_max_length", "is " + boost::json::serialize(*given), "a number of tokens");
        if (longest < settings.limit) settings.limit = static_cast<int>(longest);
    }
}

void check_vocabulary(const TokenizerSettings& settings, int rows, const std::string& file) {
    const auto& vocabulary = settings.vocabulary;
    const auto pieces = static_cast<std::int64_t>(vocabulary.size());
    const bool padded = rows % kPaddingGrain == 0 && pieces <= rows && rows - pieces < kPadding;
    if (pieces != rows && !padded)
        throw InputError(file, "has " + std::to_string(pieces) + " pieces",
                         std::to_string(rows) + ", a piece a row of the word embeddings");
    if (settings.kind == TokenizerKind::byte_bpe) {
        if (const auto missing = missing_from_byte_vocabulary(vocabulary))
            throw InputError(file, "lacks " + *missing, "a byte-level vocabulary with <s>, </s>, <unk> and a letter a byte");
        return;
    }
    for (const char* special : {kUnknown, kCls, kSep})
        if (std::find(vocabulary.begin(), vocabulary.end(), special) == vocabulary.end())
            throw InputError(file, std::string("lacks ") + special, "a BERT vocabulary with [UNK], [CLS] and [SEP]");
}

/// A RoBERTa's tokenizer is BPE, a BERT's WordPiece, unless only the other's files are there.
TokenizerKind kind_of(const fs::path& directory, Architecture architecture) {
    const bool lines = fs::exists(directory / kLines), table = fs::exists(directory / kTable), merges = fs::exists(directory / kMerges);
    if (architecture == Architecture::roberta) return lines && !table && !merges ? TokenizerKind::wordpiece : TokenizerKind::byte_bpe;
    return !lines && table && merges ? TokenizerKind::byte_bpe : TokenizerKind::wordpiece;
}

}  // namespace

bool has_tokenizer(const fs::path& directory) {
    constexpr std::array names{kLines, kTable, kMerges, kTokenizer};
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return fs::exists(directory / name); });
}

TokenizerSettings read_tokenizer(const fs::path& directory, const BertConfig& config) {
    TokenizerSettings settings;
    settings.limit = config.positions;
    settings.kind = kind_of(directory, config.architecture);
    const bool table = settings.kind == TokenizerKind::byte_bpe;
    const bool plain = fs::exists(directory / (table ? kTable : kLines)) || (table && fs::exists(directory / kMerges));
    fs::path vocabulary = directory / (table ? kTable : kLines);
    if (!plain && fs::exists(directory / kTokenizer)) {
        settings.kind = TokenizerKind::wordpiece;
        read_tokenizer_json(vocabulary = directory / kTokenizer, settings);
    } else if (table) {
        settings.vocabulary = read_vocabulary_table(vocabulary);
        read_merges(directory / kMerges, settings);
    } else {
        settings.vocabulary = read_lines(vocabulary, "a piece a line");
    }
    settings.pair_segments = settings.kind == TokenizerKind::wordpiece && config.segments > 0;
    if (fs::exists(directory / kSettings)) read_tokenizer_config(directory / kSettings, settings);

    const bool bpe = settings.kind == TokenizerKind::byte_bpe;
    const int fewest = bpe ? 4 : 3;  // a pair's special ones
    if (settings.limit < fewest)
        throw InputError(directory.string(), "allows " + std::to_string(settings.limit) + " tokens a sentence",
                         bpe ? "room for <s> and three </s>" : "room for [CLS] and two [SEP]");
    check_vocabulary(settings, config.vocabulary, vocabulary.string());
    return settings;
}

TokenizerSettings read_tokenizer(const fs::path& directory, int positions, int vocabulary_size) {
    BertConfig config;
    config.positions = positions;
    config.vocabulary = vocabulary_size;
    config.segments = 2;
    return read_tokenizer(directory, config);
}

}  // namespace berth::workloads
