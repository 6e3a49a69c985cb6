// Large pages, where the system has them to give.
#pragma once

#include <cstddef>
#include <cstdint>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace covey {

/// Ask that memory about to be filled come in pages of megabytes: fewer faults, fewer misses of the
/// table of pages (measured: a tenth to a sixth of the time of seeding). NumPy does so too.
inline void want_large_pages([[maybe_unused]] void* at, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::size_t ENOUGH = std::size_t{1} << 22, PAGE = 4096;
  if (bytes < ENOUGH) return;
  const auto from = (reinterpret_cast<std::uintptr_t>(at) + PAGE - 1) / PAGE * PAGE;
  const auto end = (reinterpret_cast<std::uintptr_t>(at) + bytes) / PAGE * PAGE;
  madvise(reinterpret_cast<void*>(from), end - from, MADV_HUGEPAGE);  // refused: all stays well
#endif
}

}  // namespace covey
