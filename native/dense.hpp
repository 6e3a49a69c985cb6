// Passes over dense rows: kernels over fixed blocks, what they say merged in order.
#pragma once

#include <cmath>

#include "buffers.hpp"
#include "threads.hpp"

namespace covey {

/// Rows of a block that only writes its own rows.
inline constexpr Int BLOCK = 4096;

struct Totals {
  double inertia;
  Int n_changed;
};

/// Call visit(chunk) for the rows of a block, CHUNK at a time.
template <class Visit>
void each_chunk(Range block, Visit&& visit) {
  for (Int i = block.begin; i < block.end; i += CHUNK)
    visit(Range{i, std::min(i + CHUNK, block.end)});
}

inline const double* from(const double* weight, Int row) { return weight ? weight + row : nullptr; }

/// Add the parts of all blocks, in order.
inline void merge(const Buffers<double>& parts, Int n_blocks, Int size, double* sums) {
  std::fill(sums, sums + size, 0.0);
  for (Int block = 0; block < n_blocks; ++block)
    for (Int j = 0; j < size; ++j) sums[j] += parts[block][j];
}

/// How the sums of centers are laid out, and how many rows share one table of them.
struct Layout {
  Int stride, copies, rows;

  /// Blocks are long enough to be worth a thread (about 50 µs), and their tables together take
  /// no more than a quarter of X or 8 MiB. Nothing here depends on the number of threads.
  Layout(Int n, Int k, Int d, Int size_of_value) : stride(sums_stride(d)) {
    constexpr Int L1 = 32 << 10, WORK = 3 << 20, BUDGET = 8 << 20;
    copies = 4 * k * stride * Int{sizeof(double)} <= L1 ? 4 : 1;
    const Int table = size() * k * Int{sizeof(double)};
    const Int budget = std::max(BUDGET, n * d * size_of_value / 4);
    const Int most = std::clamp<Int>(budget / std::max<Int>(1, table), 4, 256);
    rows = std::clamp<Int>(WORK / std::max<Int>(1, k * d), CHUNK, 16 * CHUNK);
    rows = (std::max(rows, (n + most - 1) / most) + CHUNK - 1) / CHUNK * CHUNK;
  }
  Int size() const { return copies * stride; }  // doubles of one center
};

template <class T>
Totals lloyd(const Dense<T>& X, const Centers<T>& centers, const double* weight, Label* labels,
             double* sums, double* weights) {
  const auto& kernel = kernels<T>();
  const Int k = centers.k, d = X.d;
  const Layout layout(X.n, k, d, sizeof(T));
  const Blocks blocks{X.n, layout.rows};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(d) + CHUNK);
  const Buffers<Label> found(n_threads, CHUNK);
  const Buffers<double> tables(blocks.count(), layout.size() * k);
  const Buffers<Totals> totals(blocks.count(), 1);
  const Doubled<T> doubled(centers);
  const auto screen = screening(centers);
  // Inertia from the lanes is free, and as exact as T allows; floats of few features, and rows
  // whose nearest center was found by screening, are measured as they are summed.
  const bool by_lanes = !screen && (sizeof(T) == sizeof(double) || d > 8);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    T* sq = by_lanes ? scratch[worker] : nullptr;
    Totals& total = *totals[block] = {};
    const Sums table{tables[block], k, d, layout.stride, layout.copies};
    std::fill(table.at, table.at + layout.size() * k, 0.0);
    each_chunk(blocks.at(block), [&](Range rows) {
      kernel.nearest(X, centers, screen ? screen->view() : nullptr, rows, found[worker], sq,
                     scratch[worker] + CHUNK);
      double inertia = by_lanes ? kernel.weigh(sq, from(weight, rows.begin), rows.size()) : 0;
      const bool measure = !by_lanes || !std::isfinite(inertia);  // squares overflow T
      if (measure) inertia = 0;
      total.inertia += inertia + kernel.add_rows(X, measure ? doubled.view() : nullptr, rows,
                                                 found[worker], from(weight, rows.begin), table);
      total.n_changed += kernel.relabel(found[worker], labels + rows.begin, rows.size());
    });
    for (Int copy = 1; copy < layout.copies; ++copy)
      for (Int i = 0; i < k * layout.stride; ++i)
        table.at[i] += table.at[copy * k * layout.stride + i];
  });
  Totals all{};
  std::fill(sums, sums + k * d, 0.0);
  std::fill(weights, weights + k, 0.0);
  for (Int block = 0; block < blocks.count(); ++block) {
    all.inertia += totals[block]->inertia;
    all.n_changed += totals[block]->n_changed;
    for (Int j = 0; j < k; ++j) {
      const double* row = tables[block] + j * layout.stride;
      for (Int f = 0; f < d; ++f) sums[j * d + f] += row[f];
      weights[j] += row[d];
    }
  }
  return all;
}

template <class T>
void nearest(const Dense<T>& X, const Centers<T>& centers, Label* labels, double* sq) {
  const auto& kernel = kernels<T>();
  const Blocks blocks{X.n, BLOCK};
  const int n_threads = threads();
  const Buffers<T> scratch(n_threads, scratch_size(X.d));
  const auto screen = screening(centers);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    Label found[CHUNK];
    each_chunk(blocks.at(block), [&](Range rows) {
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
    const Range rows = blocks.at(block);
    const Int i = rows.begin;
    kernel.nearest_two(X, centers, rows, first + i, second + i, scratch[worker]);
    kernel.own(X, centers, rows, first + i, first_sq + i);
    kernel.own(X, centers, rows, second + i, second_sq + i);
  });
}

/// Σ w ‖x − c‖² of each center; own(rows, sq) gives the distances of rows to their own centers.
template <class Own>
void add_inertia(Int n, Int k, const Label* labels, const double* weight, double* sums, Own&& own) {
  const Blocks blocks{n, BLOCK};
  const Buffers<double> parts(blocks.count(), k);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    std::fill(parts[block], parts[block] + k, 0.0);
    each_chunk(blocks.at(block), [&](Range rows) {
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
  add_inertia(X.n, centers.k, labels, weight, sums, [&](Range rows, double* sq) {
    kernels<T>().own(X, centers, rows, labels + rows.begin, sq);
  });
}

template <class T>
void distances(const Dense<T>& X, const Centers<T>& centers, T* out) {
  const Turned<T> turned(centers);
  const Blocks blocks{X.n, CHUNK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range rows = blocks.at(block);
    kernels<T>().distances(X, turned.view(), centers.k, rows, out + rows.begin * centers.k);
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
    const Range rows = blocks.at(block);
    std::fill(parts[block], parts[block] + centers.k, 0.0);
    kernels<T>().potentials(X, centers, rows, sq_closest + rows.begin, from(weight, rows.begin),
                            parts[block], scratch[worker]);
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
    const Range rows = blocks.at(block);
    block_sums[block] = kernels<T>().lower(X, center, rows, sq_closest + rows.begin,
                                           from(weight, rows.begin), scratch[worker]);
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
