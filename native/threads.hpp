// Fixed blocks of rows, merged in order: the same bytes for any number of threads.
#pragma once

#include <functional>

#include "kernels.hpp"
#include "stopping.hpp"

namespace covey {

/// Threads that a pass may use: what `set_threads` said, else the least of OMP_NUM_THREADS,
/// COVEY_NUM_THREADS and the processors this process may run on.
int threads();

/// Bound the threads; 0 goes back to what the environment says.
void set_threads(int n);

/// Call body(block, worker) for each block in 0 … n_blocks − 1, by at most `n_threads` threads of
/// which the caller is one; worker is below that number. Blocks start in order but end in any:
/// what a block writes must depend on nothing but the block. The first exception is thrown here,
/// once no block runs any more. While one caller has the threads, another does its blocks alone;
/// so does a body that calls each_block, and what a signal's handler calls in the midst of one.
void each_block(Int n_blocks, int n_threads,
                const std::function<void(Int block, int worker)>& body);

/// Rows of one block.
struct Blocks {
  Int n, rows;
  Int count() const { return n / rows + (n % rows != 0); }
  Range at(Int block) const {
    const Int begin = block * rows;
    return {begin, rows < n - begin ? begin + rows : n};
  }
};

}  // namespace covey
