// Fixed blocks of rows, in chunks that a kernel takes, and parts merged in order.
#pragma once

#include "buffers.hpp"
#include "threads.hpp"

namespace covey {

/// Rows of a block that only writes its own rows.
inline constexpr Int BLOCK = 4096;

/// Multiply-adds between two questions whether to stop: 5 ms by AVX-512 in float, 40 ms by SSE2 in
/// double, 60 ms where half a gigabyte comes from memory.
inline constexpr Int PORTION = Int{1} << 26;

/// Rows that a kernel may take at once where a row costs so many multiply-adds; whole tiles.
inline Int portion(Int cost, Int most = CHUNK) {
  return std::clamp<Int>(PORTION / std::max<Int>(1, cost) / 16 * 16, 16, std::max<Int>(16, most));
}

/// Call visit(chunk) for the rows of a block, at most so many (CHUNK) at a time; stops in between.
template <class Visit>
void each_chunk(Range block, Int rows, Visit&& visit) {
  for (Int i = block.begin; i < block.end; i += rows) {
    if (i > block.begin) may_stop();
    visit(Range{i, std::min(i + rows, block.end)});
  }
}
template <class Visit>
void each_chunk(Range block, Visit&& visit) {
  each_chunk(block, CHUNK, visit);
}

inline const double* from(const double* weight, Int row) { return weight ? weight + row : nullptr; }

/// Add the parts of all blocks, in order.
inline void merge(const Buffers<double>& parts, Int n_blocks, Int size, double* sums) {
  std::fill(sums, sums + size, 0.0);
  for (Int block = 0; block < n_blocks; ++block) {
    may_stop_at(block);
    for (Int j = 0; j < size; ++j) sums[j] += parts[block][j];
  }
}

}  // namespace covey
