// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/draft.hpp"
#include "compressor/stage_settings.hpp"
#include "models/core/parallel.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <utility>

namespace berth::compressor {

/// One step of a compression method: it takes a draft further, on the tasks and matrices that its settings name.
class Stage {
public:
    virtual ~Stage() = default;

    /// Same draft, same result, whatever the threads. @throws InputError where what it builds on is not there.
    virtual void apply(Draft& draft, Threads& threads) const = 0;

    /// What it reads of the tasks beside their weights.
    [[nodiscard]] virtual Need needs() const { return Need::weights; }
};

/// A stage with parameters of its own.
template <class Parameters>
class StageOf : public Stage {
public:
    using Params = Parameters;
    explicit StageOf(Settings<Parameters> settings) : settings_(std::move(settings)) {}

protected:
    /// Parameters for a task's matrix; null where the stage leaves it alone.
    [[nodiscard]] const Parameters* at(const Draft& draft, std::size_t task, std::size_t matrix) const {
        return settings_.at(draft.image.tasks[task].name, draft.matrix_name(matrix));
    }
    [[nodiscard]] const Settings<Parameters>& settings() const { return settings_; }

private:
    Settings<Parameters> settings_;
};

/// A kind of stage, as `berth list stages` shows it.
struct StageKind {
    const char *name, *meaning;
    const char* keeps;                          ///< of a task's delta
    const char *cells, *converters, *metadata;  ///< what that costs
    const char* source;
    std::unique_ptr<const Stage> (*make)(const boost::json::object& entry, const std::string& where);
    boost::json::array (*parameters)();
};

template <class Kind>
std::unique_ptr<const Stage> make_stage_of(const boost::json::object& entry, const std::string& where) {
    return std::make_unique<const Kind>(read_settings<typename Kind::Params>(entry, where));
}

template <class Kind>
boost::json::array parameters_of() {
    return describe_defaults<typename Kind::Params>();
}

}  // namespace berth::compressor
