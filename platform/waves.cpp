// SPDX-License-Identifier: Apache-2.0
#include "platform/waves.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace berth::platform {
namespace {

constexpr const char *kDate = "$date", *kEnd = "$end\n";

}  // namespace

Waves::Waves() : descriptor_(::memfd_create("waves", 0)) {
    if (descriptor_ < 0) throw std::runtime_error("the system has no memory for waves");
    // The kernel opens a file of this name when the simulation begins; the name leads to the memory.
    std::string folder = (std::filesystem::temp_directory_path() / "berth-waves-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for waves in " + folder);
    folder_ = folder;
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(descriptor_), folder_ + "/waves.vcd");
    // Its remark about the unit would stand among the results.
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    file_ = sc_core::sc_create_vcd_trace_file((folder_ + "/waves").c_str());
    file_->set_time_unit(1, sc_core::SC_PS);
}

Waves::~Waves() {
    close();
    ::close(descriptor_);
}

void Waves::close() {
    if (file_ != nullptr) sc_core::sc_close_vcd_trace_file(std::exchange(file_, nullptr));
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Waves::text() {
    close();
    std::string text(static_cast<std::size_t>(std::max<off_t>(0, ::lseek(descriptor_, 0, SEEK_END))), '\0');
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t got = ::pread(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (got <= 0) throw std::runtime_error("waves cannot be read back");
        done += static_cast<std::size_t>(got);
    }
    if (const std::size_t date = text.find(kDate); date != std::string::npos)
        if (const std::size_t end = text.find(kEnd, date); end != std::string::npos)
            text.erase(date, end + std::string(kEnd).size() - date);
    return text;
}

}  // namespace berth::platform
