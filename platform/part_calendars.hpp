// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/calendar.hpp"
#include "models/core/occupancy.hpp"
#include "models/interconnect/credit_flow.hpp"
#include "models/interconnect/passage.hpp"
#include "platform/config.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

namespace berth::platform {

/// A part of the chip that serves one user at a time. Its time is counted in cycles.
enum class Part { embedding_memory, arrays, buffer, bus, multipliers, vector, link };

struct Resource {
    Part part;
    int number;  ///< of the converters, tile or link

    bool operator==(const Resource&) const = default;
};

struct ResourceHash {
    std::size_t operator()(const Resource& resource) const {
        return static_cast<std::size_t>(resource.number) * 8 + static_cast<std::size_t>(resource.part);
    }
};

/// When every part is taken, in cycles, by the rules of docs/timing.md: who comes first is served first, and what is asked for ahead of
/// time takes the first gap behind its arrival. Each call gives the time at which its user is through.
class PartCalendars {
public:
    PartCalendars(const interconnect::Topology& topology, const InterconnectParams& network, int banks)
        : topology_(topology), hop_(network.hop_cycles), banks_(static_cast<std::size_t>(banks)) {
        if (network.buffer_flits > 0)
            flow_.emplace(topology, interconnect::CreditDesign<double>{network.buffer_flits, 1.0, static_cast<double>(network.hop_cycles),
                                                                       static_cast<double>(network.credit_cycles)});
    }

    /// Nothing is asked for before `time` any more; what comes is the token's.
    void set_now(double time, int token) {
        now_ = time;
        token_ = token;
    }
    [[nodiscard]] int token() const { return token_; }  ///< that is being served

    double serve(const Resource& resource, double at, double cycles) {
        return cycles > 0 ? parts_[resource].serve(now_, at, cycles) + cycles : at;
    }

    /// In the bank that has the first gap.
    double move(int tile, double at, double cycles) {
        auto& banks = buffers_.try_emplace(tile, banks_).first->second;
        auto& bank = *std::min_element(banks.begin(), banks.end(),
                                       [&](const auto& a, const auto& b) { return a.earliest(at, cycles) < b.earliest(at, cycles); });
        return bank.serve(now_, at, cycles) + cycles;
    }

    /// All converters together. @return when the first read begins.
    double read(const std::set<int>& converters, double at, double interval) {
        for (const int one : converters) at = std::max(at, converters_[one].free_at());
        for (const int one : converters) converters_[one].serve(at, interval);
        return at;
    }

    double multicast(const interconnect::Tree& tree, double at) {
        if (flow_) return flow_->pass(tree, now_, at);
        return interconnect::pass_multicast(tree, at, passages_, [this](const auto& step, auto& passage) { pass(step, passage); });
    }
    double gather(const interconnect::Tree& tree, double at) {
        if (flow_) return flow_->pass(tree, now_, at);
        return interconnect::pass_gather(tree, at, passages_, [this](const auto& step, auto& passage) { pass(step, passage); });
    }

private:
    void pass(const interconnect::TreeStep& step, interconnect::Passage<double>& passage) {
        const double through = (topology_.routers_before(step.link) > 0 ? hop_ : 0.0) + topology_.packet_cycles(step.link);
        const double flit = topology_.cycles_per_flit(step.link), length = static_cast<double>(step.flits) * flit;
        const double begin = parts_[{Part::link, step.link}].serve(now_, passage.head, length);
        passage.tail = std::max(passage.tail, begin + length - flit) + through;
        passage.head = begin + through;
    }

    const interconnect::Topology& topology_;
    double hop_, now_ = 0.0;
    int token_ = 0;
    std::size_t banks_;
    std::unordered_map<Resource, Calendar<double>, ResourceHash> parts_;
    std::unordered_map<int, std::vector<Calendar<double>>> buffers_;  ///< by tile
    std::unordered_map<int, Occupancy<double>> converters_;
    std::vector<interconnect::Passage<double>> passages_;
    std::optional<interconnect::CreditFlow<double>> flow_;  ///< where the network's buffers are finite
};

/// Steps of a token's way: each takes the time at which a token comes and gives that at which it goes on.
using Steps = std::vector<std::function<double(double)>>;

/// Sends tokens along steps, always the token that is due first; of those due together, the one that was first to be.
/// @param released null where all tokens start at once, at `start`; else the next token starts at what it says behind the first step.
/// @param of_first what the first token does behind the steps.
/// @return when each token is through.
[[nodiscard]] inline std::vector<double> pass_tokens(PartCalendars& parts, const Steps& steps, const Steps& of_first, int tokens,
                                                     double start, const double* released) {
    struct Arrival {
        double at;
        std::size_t order;
        int token;
        std::size_t step;
        bool operator<(const Arrival& other) const { return at > other.at || (at == other.at && order > other.order); }
    };
    std::priority_queue<Arrival> waiting;
    std::size_t order = 0;
    for (int token = 0; token < (released ? 1 : tokens); ++token) waiting.push({start, order++, token, 0});
    std::vector<double> through(static_cast<std::size_t>(tokens), start);
    while (!waiting.empty()) {
        const Arrival arrival = waiting.top();
        waiting.pop();
        parts.set_now(arrival.at, arrival.token);
        const bool common = arrival.step < steps.size();
        const double done = (common ? steps[arrival.step] : of_first[arrival.step - steps.size()])(arrival.at);
        const std::size_t count = steps.size() + (arrival.token == 0 ? of_first.size() : 0);
        if (arrival.step + 1 < count)
            waiting.push({done, order++, arrival.token, arrival.step + 1});
        else
            through[static_cast<std::size_t>(arrival.token)] = done;
        if (released && arrival.step == 0 && arrival.token + 1 < tokens) waiting.push({*released, order++, arrival.token + 1, 0});
    }
    return through;
}

}  // namespace berth::platform
