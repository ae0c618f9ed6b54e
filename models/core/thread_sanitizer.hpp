// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace berth {

/// Tells ThreadSanitizer of an order that a library it does not see into keeps: all that came before give() is done when
/// take() returns. Nothing in other builds.
class HandOver {
public:
    void give() { tell(Side::gives); }
    void take() { tell(Side::takes); }

private:
    enum class Side { gives, takes };

    void tell([[maybe_unused]] Side side) {
#if defined(__SANITIZE_THREAD__)
        side == Side::gives ? __tsan_release(&place_) : __tsan_acquire(&place_);
#endif
    }

    [[maybe_unused]] char place_ = 0;
};

}  // namespace berth
