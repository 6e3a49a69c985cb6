// Sparse rows and dense centers, all in double.
//
// The cheap way is ‖x‖² − 2x·c + ‖c‖² with centers in lanes, so that a row's values meet all
// centers at once. It cancels where x is near c: centers that it cannot tell apart, and every
// distance that leaves a kernel, are computed directly.
#include <cmath>

#include "sparse_direct.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// scores[j …] = ‖c‖² − 2x·c for P registers of centers.
template <int P, class T, class I>
void score_some(const Sparse<T, I>& X, Int i, const Across<T>& centers, Int j, double* scores) {
  constexpr int N = lanes<double>;
  pack<double> product[P] = {};
  for (I p = X.indptr[i]; p < X.indptr[i + 1]; ++p) {
    const pack<double> x = broadcast<pack<double>>(X.data[p]);
    const T* center = centers.feature(X.indices[p]) + j;
    COVEY_UNROLL
    for (int q = 0; q < P; ++q) product[q] += x * doubles<N>(center + q * N);
  }
  for (int q = 0; q < P; ++q)
    store(scores + j + q * N,
          load<pack<double>>(centers.sq_norms + j + q * N) - (product[q] + product[q]));
}

/// scores[j] = ‖c‖² − 2x·c for every center; returns ‖x‖².
template <class T, class I>
double score(const Sparse<T, I>& X, Int i, Int k, const Across<T>& centers, double* scores) {
  constexpr int N = lanes<double>;
  for (Int j = 0; j < k;) {
    const Int room = centers.stride - j;
    if (k - j <= N)
      score_some<1>(X, i, centers, j, scores), j += N;
    else if (room >= 8 * N)
      score_some<8>(X, i, centers, j, scores), j += 8 * N;
    else if (room >= 4 * N)
      score_some<4>(X, i, centers, j, scores), j += 4 * N;
    else
      score_some<2>(X, i, centers, j, scores), j += 2 * N;
  }
  double sq_norm = 0;
  for (I p = X.indptr[i]; p < X.indptr[i + 1]; ++p)
    sq_norm += double(X.data[p]) * double(X.data[p]);
  return sq_norm;
}

template <class T, class I>
void own(const Sparse<T, I>& X, const Centers<T>& centers, const double* sq_norms, Range range,
         const Label* labels, double* sq) {
  for (Int i = range.begin; i < range.end; ++i) {
    const Int label = labels ? labels[i - range.begin] : 0;
    sq[i - range.begin] = direct(X, i, centers.row(label), sq_norms[label]);
  }
}

template <class T, class I>
void distances(const Sparse<T, I>& X, const Centers<T>& centers, const Across<T>& across,
               Range range, T* out, double* scores) {
  for (Int i = range.begin; i < range.end; ++i) {
    const double sq_norm = score(X, i, centers.k, across, scores);
    for (Int j = 0; j < centers.k; ++j) {
      double sq = sq_norm + scores[j];
      if (!(sq >= CANCELLED * (sq_norm + across.sq_norms[j])))
        sq = direct(X, i, centers.row(j), across.sq_norms[j]);
      out[(i - range.begin) * centers.k + j] = static_cast<T>(std::sqrt(sq));
    }
  }
}

template <class T, class I>
void add(SparseKernels<T, I>& kernels) {
  kernels.own = own<T, I>;
  kernels.distances = distances<T, I>;
}

}  // namespace

void COVEY_ADD(sparse)(Table& table) {
  add(table.f32_i32);
  add(table.f32_i64);
  add(table.f64_i32);
  add(table.f64_i64);
}

}  // namespace covey
