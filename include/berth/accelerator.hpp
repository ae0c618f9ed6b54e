// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/accelerator.hpp"

/// What somebody else's SoC needs of Berth: the accelerator as one module with sockets `csr()` (target), `dma()` (initiator),
/// `irq()` (out) and `reset()` (in, may stay unbound), made from a platform that was read and checked. Any number of them fit in
/// one simulation. Firmware's side is berth/registers.h and berth/driver.h.
namespace berth {

using platform::Accelerator;
using platform::AcceleratorOptions;
using platform::load_platform;  ///< a preset's name or a JSON file, and "path=value" settings; throws InputError
using platform::PlatformConfig;

}  // namespace berth
