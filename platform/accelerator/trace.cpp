// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/trace.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace berth::platform {
namespace {

double microseconds(const sc_core::sc_time& time) { return time.to_seconds() * 1e6; }

}  // namespace

std::string Trace::json() const {
    std::map<std::string, int> tracks;
    for (const Span& span : spans_) tracks.emplace(span.track, 0);
    boost::json::array events;
    int next = 1;
    for (auto& [name, number] : tracks) {
        number = next++;
        events.push_back({{"ph", "M"}, {"name", "thread_name"}, {"pid", 1}, {"tid", number}, {"args", {{"name", name}}}});
        events.push_back({{"ph", "M"}, {"name", "thread_sort_index"}, {"pid", 1}, {"tid", number}, {"args", {{"sort_index", number}}}});
    }
    std::vector<const Span*> ordered;
    for (const Span& span : spans_) ordered.push_back(&span);
    std::stable_sort(ordered.begin(), ordered.end(), [](const Span* a, const Span* b) { return a->begin < b->begin; });
    for (const Span* span : ordered)
        events.push_back({{"ph", "X"},
                          {"name", span->name},
                          {"pid", 1},
                          {"tid", tracks.at(span->track)},
                          {"ts", microseconds(span->begin)},
                          {"dur", microseconds(span->end - span->begin)}});
    return boost::json::serialize(boost::json::object{{"displayTimeUnit", "ns"}, {"traceEvents", std::move(events)}}) + "\n";
}

}  // namespace berth::platform
