// Passes over sparse rows: the same names as for dense ones.
#pragma once

#include "dense.hpp"
#include "panel.hpp"

namespace covey {

/// Rows that a kernel may take at once where each meets k centers, which come from memory in
/// pieces: a quarter of what dense rows do in that time.
template <class T, class I>
Int portion(const Sparse<T, I>& X, Int k) {
  I longest = 1;
  for (Int i = 0; i < X.n; ++i) longest = std::max(longest, X.indptr[i + 1] - X.indptr[i]);
  return std::clamp<Int>(PORTION / 4 / std::max<Int>(1, k * Int{longest}), 1, CHUNK);
}

/// Σ w x and Σ w of the rows of each center. A thread takes some centers and walks all rows, so
/// each center adds its rows in their order and no table is made twice: k × d may be large.
template <class T, class I>
void add_rows(const Sparse<T, I>& X, Int k, const double* weight, const Label* labels, double* sums,
              double* weights) {
  const int n_threads = threads();
  const Int n_parts = std::min<Int>(k, n_threads == 1 ? 1 : 4 * n_threads);
  each_block(n_parts, n_threads, [&](Int part, int) {
    for (Int j = part; j < k; j += n_parts) {
      std::fill(sums + j * X.d, sums + (j + 1) * X.d, 0.0);
      weights[j] = 0;
    }
    for (Int i = 0; i < X.n; ++i) {
      if (i % CHUNK == CHUNK - 1) may_stop();
      if (labels[i] % n_parts != part) continue;
      const double w = weight ? weight[i] : 1.0;
      double* to = sums + labels[i] * X.d;
      for (I p = X.indptr[i]; p < X.indptr[i + 1]; ++p) to[X.indices[p]] += w * double(X.data[p]);
      weights[labels[i]] += w;
    }
  });
}

/// Label each row with its nearest center; rows whose deadline is not over keep their label.
/// Returns how many were looked at.
template <class T, class I>
Int assign(const Sparse<T, I>& X, const double* lengths, const Centers<T>& centers,
           const Panel& panel, const Deadlines* deadlines, Label* labels) {
  const Blocks blocks{X.n, CHUNK};
  const int n_threads = threads();
  const Buffers<float> scores(n_threads, scores_size(panel.stride));
  const Buffers<Int> seen(n_threads, 1);
  const Int most = portion(X, centers.k);
  for (int worker = 0; worker < n_threads; ++worker) *seen[worker] = 0;
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    each_chunk(blocks.at(block), most, [&](Range rows) {
      *seen[worker] += sparse_kernels<T, I>().nearest(X, lengths, centers, panel, deadlines, rows,
                                                      labels, scores[worker]);
    });
  });
  Int all = 0;
  for (int worker = 0; worker < n_threads; ++worker) all += *seen[worker];
  return all;
}

template <class T, class I>
void nearest(const Sparse<T, I>& X, const Centers<T>& centers, Label* labels, double* sq) {
  const Packed<T> packed(X, centers);
  assign(X, packed.lengths(), centers, packed.view(), nullptr, labels);
  const Blocks blocks{X.n, CHUNK};
  each_block(blocks.count(), threads(), [&](Int block, int) {
    const Range rows = blocks.at(block);
    sparse_kernels<T, I>().own(X, centers, packed.view().sq_norms, rows, labels + rows.begin,
                               sq + rows.begin);
  });
}

template <class T, class I>
Totals lloyd(const Sparse<T, I>& X, const Centers<T>& centers, const double* weight, Label* labels,
             double* sums, double* weights) {
  const Buffers<Label> found(1, X.n);
  const Buffers<double> sq(1, X.n);
  nearest(X, centers, found[0], sq[0]);
  Totals all{kernels<double>().weigh(sq[0], weight, X.n),
             kernels<T>().relabel(found[0], labels, X.n)};
  add_rows(X, centers.k, weight, labels, sums, weights);
  return all;
}

template <class T, class I>
void distances(const Sparse<T, I>& X, const Centers<T>& centers, T* out) {
  const Turned<T> turned(centers);
  const Blocks blocks{X.n, portion(X, centers.k)};
  const int n_threads = threads();
  const Buffers<double> scores(n_threads, turned.view().stride);
  each_block(blocks.count(), n_threads, [&](Int block, int worker) {
    const Range rows = blocks.at(block);
    sparse_kernels<T, I>().distances(X, centers, turned.view(), rows, out + rows.begin * centers.k,
                                     scores[worker]);
  });
}

/// ‖c‖² of each center.
template <class T>
Buffers<double> sq_norms(const Centers<T>& centers) {
  Buffers<double> norms(1, centers.k);
  for (Int j = 0; j < centers.k; ++j) {
    norms[0][j] = 0;
    for (Int f = 0; f < centers.d; ++f)
      norms[0][j] += double(centers.row(j)[f]) * double(centers.row(j)[f]);
  }
  return norms;
}

template <class T, class I>
void inertia(const Sparse<T, I>& X, const Centers<T>& centers, const Label* labels,
             const double* weight, double* sums) {
  const Buffers<double> norms = sq_norms(centers);
  add_inertia(X.n, centers.k, labels, weight, sums, portion(X.d), [&](Range rows, double* sq) {
    sparse_kernels<T, I>().own(X, centers, norms[0], rows, labels + rows.begin, sq);
  });
}

}  // namespace covey
