// Sums of dense rows by labels that are given, not found.
#pragma once

#include "blocks.hpp"

namespace covey {

/// Σ w x (k × d) and Σ w (k) of the rows of each label: what the sparse `add_rows` is for sparse
/// rows. Blocks so long that their tables take no more than a quarter of X or 8 MiB.
template <class T>
void add_rows(const Dense<T>& X, Int k, const double* weight, const Label* labels, double* sums,
              double* weights) {
  const Int stride = sums_stride(X.d), table = k * stride * Int{sizeof(double)};
  const Int budget = std::max<Int>(8 << 20, X.n * X.d * Int{sizeof(T)} / 4);
  const Int most = std::clamp<Int>(budget / table, 1, 64);
  const Int rows = std::max(BLOCK, (X.n + most - 1) / most);
  const Blocks blocks{X.n, rows};
  const Buffers<double> parts(blocks.count(), k * stride);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    std::fill(parts[block], parts[block] + k * stride, 0.0);
    each_chunk(blocks.at(block), [&](Range chunk) {
      kernels<T>().add_rows(X, nullptr, chunk, labels + chunk.begin, from(weight, chunk.begin),
                            {parts[block], k, X.d, stride, 1});
    });
  });
  const Buffers<double> all(1, k * stride);
  merge(parts, blocks.count(), k * stride, all[0]);
  for (Int j = 0; j < k; ++j) {
    std::copy(all[0] + j * stride, all[0] + j * stride + X.d, sums + j * X.d);
    weights[j] = all[0][j * stride + X.d];
  }
}

}  // namespace covey
