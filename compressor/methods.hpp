// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"
#include "compressor/journal.hpp"
#include "compressor/profile.hpp"
#include "compressor/weight_image.hpp"
#include "models/core/parallel.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::compressor {

/// Stages that a user lists, in place of a method that Berth has.
struct GivenStages {
    boost::json::array list;
    std::string where;  ///< what they were read from, for messages: "--stages", or a file
};

/// All that `berth compress` was asked for.
struct CompressionRequest {
    std::filesystem::path base;
    std::vector<TaskRequest> tasks;
    std::string method, mode;  ///< the method is only a name where stages are given
    std::optional<GivenStages> stages;
    Geometry geometry;
    std::uint64_t seed = 1;
    std::optional<Profile> profile;  ///< measured before; else a method that needs one measures it
    /// Of methods that search: the most points of metric lost on average, and the most area, as a share of the copies'. Where neither
    /// is given, kDefaultLoss holds.
    std::optional<double> max_loss, max_area;
    /// Area of an image over that of the copies, on the platform it is made for.
    std::function<double(const WeightImage&)> area_ratio;
    /// The same without rounding to whole tiles, by which an allocation weighs one matrix against another; empty: area_ratio.
    std::function<double(const WeightImage&)> even_area{};
    std::string platform_sha256;  ///< digest of that platform
    /// Matrices that tasks of an image share already and these are to share too; empty: the method makes them.
    std::vector<std::shared_ptr<const inference::Int8Matrix>> shared;
    std::vector<std::shared_ptr<const inference::Embeddings>> shared_embeddings;  ///< tables of that image, for tasks that they suit
    const WeightImage* appended_to = nullptr;  ///< the image that the tasks are for, if any: stages may share what its tasks have
    bool force = false;                        ///< take tasks that do not look fine-tuned from the base
    bool quiet = true;
    /// Of what was found before, by this request or another of the same tasks; null: all is found anew.
    Journal* journal = nullptr;
};

inline constexpr const char* kGivenMethod = "stages";  ///< what an image says of a method that was listed without a name

[[nodiscard]] std::vector<std::string> method_names();

/// Every method that has a name: [{name, meaning, stages, source, parameters}, ...].
[[nodiscard]] boost::json::array describe_methods();

/// Every stage that there is: [{name, meaning, keeps, cells, converters, metadata, source, parameters}, ...].
[[nodiscard]] boost::json::array describe_stages();

/// Stages in the short form or as JSON, of the option --stages: see stages_from_text.
[[nodiscard]] GivenStages stages_given(const std::string& text);

/// A method from a file: {"name": NAME, "stages": [...]} and, if wanted, "meaning".
/// @param name set to the file's. @throws InputError naming the JSON path of what is wrong.
[[nodiscard]] GivenStages method_from_json(const boost::json::value& json, const std::string& where, std::string& name);

/// Checks the request, runs its stages, and completes the image: method, seed, geometry, and the normalised command, in which
/// nothing stands that leaves the content as it is (output file, threads).
/// Same request, same image, whatever the threads. @throws InputError on checkpoints or data that cannot be used.
[[nodiscard]] WeightImage compress(const CompressionRequest& request, Threads& threads);

}  // namespace berth::compressor
