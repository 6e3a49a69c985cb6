// Fixed blocks of rows, in chunks that a kernel takes, and parts merged in order.
#pragma once

#include "buffers.hpp"
#include "threads.hpp"

namespace covey {

/// Rows of a block that only writes its own rows.
inline constexpr Int BLOCK = 4096;

/// Call visit(chunk) for the rows of a block, at most CHUNK at a time.
template <class Visit>
void each_chunk(Range block, Int rows, Visit&& visit) {
  for (Int i = block.begin; i < block.end; i += rows)
    visit(Range{i, std::min(i + rows, block.end)});
}
template <class Visit>
void each_chunk(Range block, Visit&& visit) {
  each_chunk(block, CHUNK, visit);
}

inline const double* from(const double* weight, Int row) { return weight ? weight + row : nullptr; }

/// Add the parts of all blocks, in order.
inline void merge(const Buffers<double>& parts, Int n_blocks, Int size, double* sums) {
  std::fill(sums, sums + size, 0.0);
  for (Int block = 0; block < n_blocks; ++block)
    for (Int j = 0; j < size; ++j) sums[j] += parts[block][j];
}

}  // namespace covey
