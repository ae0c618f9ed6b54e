// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/scheduler.hpp"

#include <stdexcept>

namespace berth::platform {
namespace {

constexpr SchedulerEntry kSchedulers[] = {
    {"fifo", "in the order in which requests come, each as soon as it is fetched", "first come, first served", false, &make_fifo_scheduler},
    {"by_task",
     "requests of the task let in last, as long as there are some, then those of the task that has waited longest; no request sees more "
     "than queue.patience later ones go before it",
     "batching with bounded bypass", true, &make_by_task_scheduler},
    {"deadline", "the earliest deadline first, requests without one behind all that have one; of equals the first to come",
     "Liu and Layland, J. ACM 1973, Sec. 7", true, &make_deadline_scheduler},
};

}  // namespace

std::span<const SchedulerEntry> schedulers() { return kSchedulers; }

std::size_t scheduler_number(std::string_view name) {
    for (std::size_t i = 0; i < std::size(kSchedulers); ++i)
        if (kSchedulers[i].name == name) return i;
    throw std::invalid_argument("no scheduler is called " + std::string(name));
}

std::vector<std::string> scheduler_names() {
    std::vector<std::string> names;
    for (const SchedulerEntry& entry : kSchedulers) names.emplace_back(entry.name);
    return names;
}

boost::json::array describe_schedulers() {
    boost::json::array list;
    for (const SchedulerEntry& entry : kSchedulers)
        list.emplace_back(boost::json::object{
            {"name", entry.name}, {"number", scheduler_number(entry.name)}, {"meaning", entry.meaning}, {"source", entry.source}});
    return list;
}

}  // namespace berth::platform
