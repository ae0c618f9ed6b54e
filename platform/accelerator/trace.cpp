// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/trace.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <numeric>

namespace berth::platform {
namespace {

using boost::json::array;
using boost::json::object;

double microseconds(const sc_core::sc_time& time) { return time.to_seconds() * 1e6; }

object name_of(const char* what, int process, int thread, const std::string& name) {
    return {{"ph", "M"}, {"name", what}, {"pid", process}, {"tid", thread}, {"args", {{"name", name}}}};
}

object place_in_list(const char* what, int process, int thread) {
    return {{"ph", "M"}, {"name", what}, {"pid", process}, {"tid", thread}, {"args", {{"sort_index", thread == 0 ? process : thread}}}};
}

/// A track's threads: when the last span of each ends.
using Lanes = std::vector<sc_core::sc_time>;

/// The first thread that is free at that time.
std::size_t free_lane(Lanes& lanes, const sc_core::sc_time& begin, const sc_core::sc_time& end) {
    const auto free = std::find_if(lanes.begin(), lanes.end(), [&](const sc_core::sc_time& until) { return until <= begin; });
    const auto lane = static_cast<std::size_t>(free - lanes.begin());
    if (free == lanes.end()) lanes.emplace_back();
    lanes[lane] = end;
    return lane;
}

}  // namespace

std::vector<std::size_t> Trace::in_order() const {
    std::vector<std::size_t> order(spans_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) { return spans_[a].begin < spans_[b].begin; });
    return order;
}

std::string Trace::json() const {
    const std::vector<std::size_t> order = in_order();
    std::map<std::string, std::map<std::string, Lanes>> groups;
    std::vector<std::size_t> lane_of(spans_.size());
    std::map<Flow, std::pair<std::size_t, std::size_t>> flows;  // how many spans, and how many of them are written
    for (const std::size_t i : order) {
        const Span& span = spans_[i];
        lane_of[i] = free_lane(groups[span.group][span.track], span.begin, span.end);
        if (span.flow != 0) ++flows[span.flow].first;
    }
    array events;
    std::map<std::pair<std::string, std::string>, Place> first;  // thread of each track
    int process = 0;
    for (const auto& [group, tracks] : groups) {
        events.push_back(name_of("process_name", ++process, 0, group));
        events.push_back(place_in_list("process_sort_index", process, 0));
        int thread = 0;
        for (const auto& [track, lanes] : tracks) {
            first[{group, track}] = {process, thread + 1};
            for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
                events.push_back(
                    name_of("thread_name", process, ++thread, lane == 0 ? track : track + " (" + std::to_string(lane + 1) + ")"));
                events.push_back(place_in_list("thread_sort_index", process, thread));
            }
        }
    }
    for (const std::size_t i : order) {
        const Span& span = spans_[i];
        Place place = first.at({span.group, span.track});
        place.thread += static_cast<int>(lane_of[i]);
        const double begin = microseconds(span.begin);
        events.push_back(object{{"ph", "X"},
                                {"name", span.name},
                                {"pid", place.process},
                                {"tid", place.thread},
                                {"ts", begin},
                                {"dur", microseconds(span.end - span.begin)}});
        if (span.flow == 0) continue;
        auto& [all, written] = flows.at(span.flow);
        if (all < 2) continue;
        const char* const kind = written == 0 ? "s" : written + 1 == all ? "f" : "t";
        ++written;
        object arrow{{"ph", kind},           {"cat", "token"},      {"name", "token"}, {"id", span.flow},
                     {"pid", place.process}, {"tid", place.thread}, {"ts", begin}};
        if (*kind == 'f') arrow["bp"] = "e";
        events.push_back(std::move(arrow));
    }
    return boost::json::serialize(object{{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}}) + "\n";
}

}  // namespace berth::platform
