// What the groups of a given labeling are: their sums, and how far their rows are from them.
#pragma once

#include <cmath>

#include "blocks.hpp"

namespace covey {

/// Σ x and the number of rows of each label: k × d and k.
template <class T>
void label_sums(const Dense<T>& X, const Label* labels, Int k, double* sums, double* counts) {
  constexpr Int LEAST = 2 * BLOCK, TABLES = 64;  // rows of a block; tables together
  const Int stride = sums_stride(X.d), share = (X.n + TABLES * CHUNK - 1) / (TABLES * CHUNK);
  const Blocks blocks{X.n, std::max(LEAST, share * CHUNK)};
  const Buffers<double> tables(blocks.count(), stride * k);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Sums table{tables[block], k, X.d, stride, 1};
    std::fill(table.at, table.at + stride * k, 0.0);
    each_chunk(blocks.at(block), [&](Range rows) {
      kernels<T>().add_rows(X, nullptr, rows, labels + rows.begin, nullptr, table);
    });
  });
  std::fill(sums, sums + k * X.d, 0.0);
  std::fill(counts, counts + k, 0.0);
  for (Int block = 0; block < blocks.count(); ++block)
    for (Int j = 0; j < k; ++j) {
      const double* from = tables[block] + j * stride;
      for (Int f = 0; f < X.d; ++f) sums[j * X.d + f] += from[f];
      counts[j] += from[X.d];
    }
}

/// Σ ‖x − c‖² and Σ ‖x − c‖ of the rows of each label.
template <class T>
void spreads(const Dense<T>& X, const Centers<T>& centers, const Label* labels, double* squares,
             double* distances) {
  const Blocks blocks{X.n, BLOCK};
  const Buffers<double> parts(blocks.count(), 2 * centers.k);
  each_block(blocks.count(), threads(), [&](Int block, int) {
    double* part = parts[block];
    std::fill(part, part + 2 * centers.k, 0.0);
    each_chunk(blocks.at(block), [&](Range rows) {
      double sq[CHUNK];
      kernels<T>().own(X, centers, rows, labels + rows.begin, sq);
      for (Int i = 0; i < rows.size(); ++i) {
        const Label label = labels[rows.begin + i];
        part[label] += sq[i];
        part[centers.k + label] += std::sqrt(sq[i]);
      }
    });
  });
  std::fill(squares, squares + centers.k, 0.0);
  std::fill(distances, distances + centers.k, 0.0);
  for (Int block = 0; block < blocks.count(); ++block)
    for (Int j = 0; j < centers.k; ++j) {
      squares[j] += parts[block][j];
      distances[j] += parts[block][centers.k + j];
    }
}

}  // namespace covey
