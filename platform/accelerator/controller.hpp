// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/tlm/dma.hpp"
#include "models/tlm/register_bank.hpp"
#include "platform/accelerator/pipeline.hpp"
#include "platform/accelerator/registers.hpp"
#include "platform/accelerator/values.hpp"
#include "platform/config.hpp"

#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <systemc>

namespace berth::platform {

/// What loading an image cost: it is not part of any inference.
struct Programming {
    double time_s = 0.0;
    double energy_j = 0.0;
    std::int64_t arrays = 0;
};

/// Takes commands from the descriptor ring, one after the other: loads an image, or lets a request's tokens into the
/// pipeline and goes on; writes results and completions as requests leave; raises the interrupt.
class Controller : public sc_core::sc_module {
public:
    sc_core::sc_out<bool> irq;

    Controller(const sc_core::sc_module_name& name, const PlatformConfig& config, const interconnect::Mesh& mesh, int threads,
               tlm::RegisterBank& registers, tlm::Dma& dma, Pipeline& pipeline);

    [[nodiscard]] const Programming& programming() const { return programming_; }
    [[nodiscard]] const ChipPlan* plan() const { return plan_.get(); }
    [[nodiscard]] const Values* values() const { return values_.get(); }

    /// What went wrong inside, in full, where a completion can only give a code; null when nothing did.
    [[nodiscard]] std::exception_ptr fault() const { return fault_; }

private:
    struct Running {
        std::uint64_t tag = 0, result = 0;
        std::future<std::vector<float>> logits;
    };

    void serve();
    void serve_commands();
    void drive_irq();
    void written(std::uint32_t offset);

    void fetch();
    void load_image(const Descriptor& descriptor);
    void program(std::shared_ptr<const compressor::WeightImage> image);
    void run_request(const Descriptor& descriptor);
    void answer(std::uint64_t request);
    void complete(std::uint64_t tag, Outcome outcome, std::uint64_t failed_address = 0);
    void update_status();
    [[nodiscard]] std::uint64_t address(std::uint32_t low, std::uint32_t high) const;
    [[nodiscard]] bool acceptable(const Descriptor& descriptor) const;

    PlatformConfig config_;
    interconnect::Mesh mesh_;
    int threads_;
    tlm::RegisterBank& registers_;
    tlm::Dma& dma_;
    Pipeline& pipeline_;

    sc_core::sc_event doorbell_, irq_changed_;
    std::shared_ptr<const compressor::WeightImage> image_;
    std::shared_ptr<const ChipPlan> plan_;
    std::map<std::uint64_t, Running> running_;
    std::unique_ptr<Values> values_;
    std::uint64_t next_request_ = 0;
    Programming programming_;
    std::exception_ptr fault_;
};

}  // namespace berth::platform
