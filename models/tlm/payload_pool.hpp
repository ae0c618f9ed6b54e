// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <tlm>
#include <vector>

namespace berth::tlm {

/// Memory manager for payloads that outlive a call, as nb_transport needs.
class PayloadPool : public ::tlm::tlm_mm_interface {
public:
    /// A payload with one reference, given back by its last release().
    [[nodiscard]] ::tlm::tlm_generic_payload& acquire() {
        if (free_.empty()) {
            all_.push_back(std::make_unique<::tlm::tlm_generic_payload>(this));
            free_.push_back(all_.back().get());
        }
        ::tlm::tlm_generic_payload* payload = free_.back();
        free_.pop_back();
        payload->acquire();
        return *payload;
    }

    void free(::tlm::tlm_generic_payload* payload) override {
        payload->reset();
        free_.push_back(payload);
    }

    [[nodiscard]] std::size_t in_use() const { return all_.size() - free_.size(); }

private:
    std::vector<std::unique_ptr<::tlm::tlm_generic_payload>> all_;
    std::vector<::tlm::tlm_generic_payload*> free_;
};

}  // namespace berth::tlm
