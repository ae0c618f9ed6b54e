// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"
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

/// All that `berth compress` was asked for.
struct CompressionRequest {
    std::filesystem::path base;
    std::vector<TaskRequest> tasks;
    std::string method, mode;
    Geometry geometry;
    std::uint64_t seed = 1;
    std::optional<Profile> profile;  ///< measured before; else a method that needs one measures it
    /// Of methods that search: the most points of metric lost on average, and the most area, as a share of the copies'. Where neither
    /// is given, kDefaultLoss holds.
    std::optional<double> max_loss, max_area;
    /// Area of an image over that of the copies, on the platform it is made for.
    std::function<double(const WeightImage&)> area_ratio;
    /// Matrices that tasks of an image share already and these are to share too; empty: the method makes them.
    std::vector<std::shared_ptr<const inference::Int8Matrix>> shared;
    std::vector<std::shared_ptr<const inference::Embeddings>> shared_embeddings;  ///< tables of that image, for tasks that they suit
    bool force = false;                                                           ///< take tasks that do not look fine-tuned from the base
    bool quiet = true;
};

/// A way to make one image of a base and its tasks. To add one: a file of its own, a line in the table of methods.cpp, a test.
class Method {
public:
    virtual ~Method() = default;

    /// Same request, same image, whatever the threads. @throws InputError on checkpoints or data that cannot be used.
    [[nodiscard]] virtual WeightImage compress(const CompressionRequest& request, Threads& threads) const = 0;

    /// {name, meaning, source, parameters}, as `berth list methods` shows it.
    [[nodiscard]] virtual boost::json::object describe() const = 0;
};

[[nodiscard]] std::vector<std::string> method_names();

/// @throws InputError naming the methods there are.
[[nodiscard]] std::unique_ptr<const Method> make_method(const std::string& name);

[[nodiscard]] boost::json::array describe_methods();

/// Checks the request, runs its method, and completes the image: method, seed, geometry, and the normalised command, in which
/// nothing stands that leaves the content as it is (output file, threads).
[[nodiscard]] WeightImage compress(const CompressionRequest& request, Threads& threads);

}  // namespace berth::compressor
