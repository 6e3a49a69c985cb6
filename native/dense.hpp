// The other passes over dense rows.
#pragma once

#include "lloyd.hpp"

namespace covey {

template <class T>
void nearest(const Dense<T>& X, const Centers<T>& centers, Label* labels, double* sq) {
  const auto& kernel = kernels<T>();
  const Blocks blocks{X.n, BLOCK};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  const auto screen = screening(centers);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    Label found[CHUNK];
    each_chunk(blocks.at(block), portion(centers.k * X.d), [&](Range rows) {
      kernel.nearest(X, centers, screen ? screen->view() : nullptr, rows, found, nullptr,
                     scratch[worker]);
      std::copy(found, found + rows.size(), labels + rows.begin);
      kernel.own(X, centers, rows, found, sq + rows.begin);
    });
  });
}

template <class T>
void nearest_two(const Dense<T>& X, const Centers<T>& centers, Label* first, double* first_sq,
                 Label* second, double* second_sq) {
  const auto& kernel = kernels<T>();
  const Blocks blocks{X.n, BLOCK};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    each_chunk(blocks.at(block), portion(centers.k * X.d), [&](Range rows) {
      const Int i = rows.begin;
      kernel.nearest_two(X, centers, rows, first + i, second + i, scratch[worker]);
      kernel.own(X, centers, rows, first + i, first_sq + i);
      kernel.own(X, centers, rows, second + i, second_sq + i);
    });
  });
}

/// Σ w ‖x − c‖² of each center; own(rows, sq) gives the distances of rows to their own centers, at
/// most so many rows at a time.
template <class Own>
void add_inertia(Int n, Int k, const Label* labels, const double* weight, double* sums, Int most,
                 Own&& own) {
  const Blocks blocks{n, BLOCK};
  const Buffers<double> parts(blocks.count(), k);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    std::fill(parts[block], parts[block] + k, 0.0);
    each_chunk(blocks.at(block), most, [&](Range rows) {
      double sq[CHUNK];
      own(rows, sq);
      for (Int i = 0; i < rows.size(); ++i) {
        const Int row = rows.begin + i;
        parts[block][labels[row]] += weight ? weight[row] * sq[i] : sq[i];
      }
    });
  });
  merge(parts, blocks.count(), k, sums);
}

template <class T>
void inertia(const Dense<T>& X, const Centers<T>& centers, const Label* labels,
             const double* weight, double* sums) {
  add_inertia(X.n, centers.k, labels, weight, sums, portion(X.d), [&](Range rows, double* sq) {
    kernels<T>().own(X, centers, rows, labels + rows.begin, sq);
  });
}

template <class T>
void distances(const Dense<T>& X, const Centers<T>& centers, T* out) {
  const Turned<T> turned(centers);
  const Blocks blocks{X.n, CHUNK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    each_chunk(blocks.at(block), portion(centers.k * X.d), [&](Range rows) {
      kernels<T>().distances(X, turned.view(), centers.k, rows, out + rows.begin * centers.k);
    });
  });
}

template <class T>
void potentials(const Dense<T>& X, const Centers<T>& centers, const double* sq_closest,
                const double* weight, double* sums) {
  const Blocks blocks{X.n, BLOCK};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  const Buffers<double> parts(blocks.count(), centers.k);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    std::fill(parts[block], parts[block] + centers.k, 0.0);
    for (Int j = 0; j < centers.k; j += CANDIDATES) {
      if (j > 0) may_stop();
      const Centers<T> some{centers.row(j), std::min(CANDIDATES, centers.k - j), centers.d};
      each_chunk(blocks.at(block), portion(some.k * X.d, BLOCK), [&](Range rows) {
        kernels<T>().potentials(X, some, rows, sq_closest + rows.begin, from(weight, rows.begin),
                                parts[block] + j, scratch[worker]);
      });
    }
  });
  merge(parts, blocks.count(), centers.k, sums);
}

template <class T>
void lower(const Dense<T>& X, const Centers<T>& center, Int block_rows, double* sq_closest,
           const double* weight, double* block_sums) {
  const Blocks blocks{X.n, block_rows};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    block_sums[block] = 0;
    each_chunk(blocks.at(block), portion(X.d, block_rows), [&](Range rows) {
      block_sums[block] += kernels<T>().lower(X, center, rows, sq_closest + rows.begin,
                                              from(weight, rows.begin), scratch[worker]);
    });
  });
}

template <class T>
void silhouettes(const Cells<T>& cells, const Dense<T>& rows, const Label* own, double* out) {
  const Blocks blocks{rows.n, TILE_ROWS};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(rows.d));
  const Buffers<double> sums(n_threads, cells.offsets[cells.s] * TILE_ROWS);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range range = blocks.at(block);
    kernels<T>().silhouettes(cells, rows, own, range, out + range.begin, rows.n, sums[worker],
                             scratch[worker]);
  });
}

}  // namespace covey
