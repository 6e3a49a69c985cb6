// Sums of the sparse rows of each center, made anew or brought up to date by the rows that moved.
#pragma once

#include "blocks.hpp"

namespace covey {

/// Call body(part, n_parts) for parts of the centers (those whose index has the remainder `part`).
/// A thread takes some centers and walks all rows, so each center adds its rows in their order,
/// and no table is made twice: k × d may be large.
template <class Body>
void each_part_of_centers(Int k, Body&& body) {
  const int n_threads = threads();
  const Int n_parts = std::min<Int>(k, n_threads == 1 ? 1 : 4 * n_threads);
  each_block(n_parts, n_threads, [&](Int part, int) { body(part, n_parts); });
}

/// sum += factor · x for row i.
template <class T, class I>
void add_row(const Sparse<T, I>& X, Int i, double factor, double* sum) {
  for (I p = X.indptr[i]; p < X.indptr[i + 1]; ++p) sum[X.indices[p]] += factor * double(X.data[p]);
}

/// Σ w x of the rows of the centers that are `stale`; the others stay.
template <class T, class I>
void sum_stale(const Sparse<T, I>& X, Int k, const double* weight, const Label* labels,
               const bool* stale, double* sums) {
  each_part_of_centers(k, [&](Int part, Int n_parts) {
    for (Int j = part; j < k; j += n_parts)
      if (stale[j]) std::fill(sums + j * X.d, sums + (j + 1) * X.d, 0.0);
    for (Int i = 0; i < X.n; ++i)
      if (stale[labels[i]] && labels[i] % n_parts == part)
        add_row(X, i, weight ? weight[i] : 1.0, sums + labels[i] * X.d);
  });
}

/// Take the m `rows` out of the sums of the centers they had (`before`) and add them to those of
/// their labels; centers that are `stale` are left out.
template <class T, class I>
void sum_moved(const Sparse<T, I>& X, Int k, const double* weight, const Label* labels,
               const bool* stale, const Int* rows, const Label* before, Int m, double* sums) {
  each_part_of_centers(k, [&](Int part, Int n_parts) {
    for (Int r = 0; r < m; ++r) {
      const Int i = rows[r];
      const double w = weight ? weight[i] : 1.0;
      const Label from = before[r], to = labels[i];
      if (!stale[from] && from % n_parts == part) add_row(X, i, -w, sums + from * X.d);
      if (!stale[to] && to % n_parts == part) add_row(X, i, w, sums + to * X.d);
    }
  });
}

}  // namespace covey
