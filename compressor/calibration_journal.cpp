// SPDX-License-Identifier: Apache-2.0
#include "compressor/calibration_journal.hpp"

#include "berth/version.hpp"
#include "compressor/quantise.hpp"
#include "compressor/sentence_digest.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

namespace berth::compressor {
namespace {

std::vector<float> joined(std::initializer_list<std::span<const float>> parts) {
    std::vector<float> all;
    for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// Takes the next values of `all`, from `place` on, as many as `into` has.
void take(const std::vector<float>& all, std::size_t& place, std::span<float> into) {
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(place), into.size(), into.begin());
    place += into.size();
}

std::size_t square(int size) { return static_cast<std::size_t>(size) * static_cast<std::size_t>(size); }

}  // namespace

CalibrationJournal::CalibrationJournal(Journal* journal, const Family& family, const boost::json::object& checkpoint,
                                       std::span<const workloads::Encoded> sentences)
    : journal_(journal), sentences_(sentences.size()) {
    if (journal_ == nullptr) return;
    subject_ = {{"what", "calibration"},
                {"berth", kVersion},
                {"base", family.provenance()},
                {"checkpoint", checkpoint},
                {"sentences", sentence_digest(sentences)}};
}

boost::json::object CalibrationJournal::question(const char* of, std::size_t index) const {
    boost::json::object asked = subject_;
    asked["of"] = of;
    asked["index"] = index;
    return asked;
}

std::optional<Calibration> CalibrationJournal::find(const workloads::BertWeights& weights) const {
    if (journal_ == nullptr) return std::nullopt;
    Calibration calibration;
    calibration.sentences = sentences_;
    const std::size_t sites = matrix_count(shape_of(weights.config));
    for (std::size_t index = 0; index < sites; ++index) {
        const int out = matrix_of(weights, index).out, in = matrix_of(weights, index).in;
        const auto all = journal_->find<float>(question("site", index), static_cast<std::size_t>(in) + square(in) + square(out));
        if (!all) return std::nullopt;
        SiteCalibration site{Vector(in), Rows(in, in), Rows(out, out)};
        std::size_t place = 0;
        take(*all, place, values_of(site.mean));
        take(*all, place, values_of(site.inputs));
        take(*all, place, values_of(site.outputs));
        calibration.sites.push_back(std::move(site));
    }
    const int hidden = weights.config.hidden, vocabulary = weights.config.vocabulary;
    const auto all = journal_->find<float>(question("embeddings"), square(hidden) + static_cast<std::size_t>(vocabulary));
    if (!all) return std::nullopt;
    calibration.embeddings = {Rows(hidden, hidden), Vector(vocabulary)};
    std::size_t place = 0;
    take(*all, place, values_of(calibration.embeddings.moments));
    take(*all, place, values_of(calibration.embeddings.frequency));
    return calibration;
}

void CalibrationJournal::record(const Calibration& calibration) const {
    if (journal_ == nullptr) return;
    for (std::size_t index = 0; index < calibration.sites.size(); ++index) {
        const SiteCalibration& site = calibration.sites[index];
        journal_->record<float>(question("site", index), joined({values_of(site.mean), values_of(site.inputs), values_of(site.outputs)}));
    }
    const EmbeddingCalibration& embeddings = calibration.embeddings;
    journal_->record<float>(question("embeddings"), joined({values_of(embeddings.moments), values_of(embeddings.frequency)}));
}

}  // namespace berth::compressor
