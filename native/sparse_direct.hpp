// The squared distance of one sparse row to one center: direct, in double.
#pragma once

#include "kernels.hpp"

namespace covey {
namespace {

/// Share of ‖c‖² beyond the row's own columns, or of ‖x‖² + ‖c‖² between x and c, below which a
/// difference of sums has lost more than four digits and is computed anew.
constexpr double CANCELLED = 1e-4;

/// Squared distance of row i to a center: direct in the row's columns; elsewhere x is 0, and
/// what remains of ‖c‖² counts.
template <class T, class I>
double direct(const Sparse<T, I>& X, Int i, const T* center, double sq_norm) {
  double here = 0, met = 0;
  for (I p = X.indptr[i]; p < X.indptr[i + 1]; ++p) {
    const double c = center[X.indices[p]], difference = double(X.data[p]) - c;
    here += difference * difference;
    met += c * c;
  }
  double rest = sq_norm - met;
  if (rest >= CANCELLED * sq_norm) return here + rest;
  rest = 0;
  I p = X.indptr[i];
  for (Int f = 0; f < X.d; ++f)
    if (p < X.indptr[i + 1] && X.indices[p] == f)
      ++p;
    else
      rest += double(center[f]) * double(center[f]);
  return here + rest;
}

}  // namespace
}  // namespace covey
