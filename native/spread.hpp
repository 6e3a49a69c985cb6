// How the rows lie: mean and variance of each feature, and the inertia of an assignment.
#pragma once

#include "lloyd.hpp"

namespace covey {

/// Σ (x − first row) and Σ (x − first row)² of each feature: moved, so that nothing cancels.
template <class T>
void spread(const Dense<T>& X, double* sums, double* squares) {
  const Int d = X.d, rows = std::max<Int>(1, 16 / d), period = rows * d;
  const Blocks blocks{X.n, BLOCK};
  const Buffers<double> parts(blocks.count(), 2 * d);
  const int n_threads = threads();
  const Buffers<double> tables(n_threads, 3 * period);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range range = blocks.at(block);
    double *shift = tables[worker], *sum = shift + period, *square = sum + period;
    for (Int j = 0; j < period; ++j) shift[j] = double(X.x[j % d]);
    std::fill(sum, sum + 2 * period, 0.0);
    const Int whole = range.size() / rows;
    kernels<T>().spread(X.row(range.begin), whole, period, shift, sum, square);
    const T* rest = X.row(range.begin + whole * rows);
    kernels<T>().spread(rest, 1, (range.size() - whole * rows) * d, shift, sum, square);
    double* to = parts[block];
    std::fill(to, to + 2 * d, 0.0);
    for (Int j = 0; j < period; ++j) to[j % d] += sum[j], to[d + j % d] += square[j];
  });
  std::fill(sums, sums + d, 0.0);
  std::fill(squares, squares + d, 0.0);
  for (Int block = 0; block < blocks.count(); ++block)
    for (Int f = 0; f < d; ++f) sums[f] += parts[block][f], squares[f] += parts[block][d + f];
}

/// Σ w ‖x − c‖² over all rows, direct and in double.
template <class T>
double total_inertia(const Dense<T>& X, const Centers<T>& centers, const Label* labels,
                     const double* weight) {
  const Int k = centers.k, d = X.d, stride = sums_stride(d);
  const Blocks blocks{X.n, BLOCK};
  const int n_threads = threads();
  const Buffers<double> parts(blocks.count(), 1), tables(n_threads, k * stride);
  const Doubled<T> doubled(centers);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    double* table = tables[worker];
    std::fill(table, table + k * stride, 0.0);
    *parts[block] = 0;
    each_chunk(rows, [&](Range part) {
      *parts[block] += kernels<T>().add_rows(X, doubled.view(), part, labels + part.begin,
                                             from(weight, part.begin), {table, k, d, stride, 1});
    });
  });
  double total = 0;
  for (Int block = 0; block < blocks.count(); ++block) total += *parts[block];
  return total;
}

}  // namespace covey
