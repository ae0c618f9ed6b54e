// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace berth::test {

/// Registers what one thread of this processor does at most, with data in registers or, for the memory, streaming past: products of
/// bytes and of 16-bit numbers that are added up, ones counted in bytes that two operands share, bytes read. Counters of the same names
/// as a case's say how much of it the case needs.
void register_roofline();

}  // namespace berth::test
