// The pass of Lloyd's algorithm over dense rows: assign, and sum the rows of each center.
#pragma once

#include <cmath>

#include "blocks.hpp"

namespace covey {

struct Totals {
  double inertia;
  Int n_changed;
};

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

/// Rows that are assigned and then summed: short rows leave L1 no more than a third full, so that
/// the second reading finds them there (a million rows of 5 doubles: 9 % less).
inline Int chunk_rows(Int d, Int size_of_value, bool screened) {
  if (screened || d > 8) return CHUNK;
  return std::min(CHUNK, (Int{12} << 10) / (d * size_of_value) / TILE_ROWS * TILE_ROWS);
}

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
  const Int chunk = std::min(portion(k * d), chunk_rows(d, sizeof(T), screen.has_value()));
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    T* sq = by_lanes ? scratch[worker] : nullptr;
    Totals& total = *totals[block] = {};
    const Sums table{tables[block], k, d, layout.stride, layout.copies};
    std::fill(table.at, table.at + layout.size() * k, 0.0);
    each_chunk(blocks.at(block), chunk, [&](Range rows) {
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
    for (Int j = 0; j < k; ++j, may_stop_at(j)) {
      const double* row = tables[block] + j * layout.stride;
      for (Int f = 0; f < d; ++f) sums[j * d + f] += row[f];
      weights[j] += row[d];
    }
  }
  return all;
}

}  // namespace covey
