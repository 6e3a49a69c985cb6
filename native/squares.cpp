// Squared distances of rows to all centers, in double, over the features that a row has.
//
// Centers in lanes: a row's value meets all centers at once. A missing value (NaN) becomes 0 and
// meets the zeros behind the centers' last feature: no branch, which nobody could predict.
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// The distances of one row to P registers of centers.
template <int P, class T>
void square_some(const Dense<T>& X, Int i, const Across<double>& centers, Int j, double* sq) {
  constexpr int N = lanes<double>;
  pack<double> sum[P] = {};
  const T* row = X.row(i);
  for (Int f = 0; f < X.d; ++f) {
    pack<double> x = broadcast<pack<double>>(row[f]);
    x = select(x == x, x, pack<double>{});
    const double* center = centers.feature(f + (X.d - f) * Int{row[f] != row[f]}) + j;
    COVEY_UNROLL
    for (int q = 0; q < P; ++q) {
      const pack<double> difference = x - load<pack<double>>(center + q * N);
      sum[q] += difference * difference;
    }
  }
  COVEY_UNROLL
  for (int q = 0; q < P; ++q) store(sq + j + q * N, sum[q]);
}

template <class T>
void squares(const Dense<T>& X, const Across<double>& centers, Int k, Range range, double* out) {
  constexpr int N = lanes<double>;
  for (Int i = range.begin; i < range.end; ++i, out += centers.stride)
    for (Int j = 0; j < k;) {
      const Int room = centers.stride - j;
      if (k - j <= N)
        square_some<1>(X, i, centers, j, out), j += N;
      else if (room >= 8 * N)
        square_some<8>(X, i, centers, j, out), j += 8 * N;
      else if (room >= 4 * N)
        square_some<4>(X, i, centers, j, out), j += 4 * N;
      else
        square_some<2>(X, i, centers, j, out), j += 2 * N;
    }
}

}  // namespace

void COVEY_ADD(squares)(Table& table) {
  table.f32.squares = squares<float>;
  table.f64.squares = squares<double>;
}

}  // namespace covey
