// Centers move to the means of their rows, and are packed for sparse rows on the way.
#include <algorithm>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Columns whose part of the panel stays in L1 or L2 while center after center is put into it.
constexpr Int COLUMNS = 256;

/// One center in some columns: `packed` gets its values times unit.
template <class T>
void move_one(const Moving<T>& to, Int j, Range columns, float* packed, double* sq_norm,
              double* sq_move) {
  constexpr int N = lanes<double>;
  T* center = to.centers + j * to.d;
  const double* sums = to.sums ? to.sums + j * to.d : nullptr;
  const double weight = to.sums ? to.weights[j] : 1;
  pack<double> norm{}, move{};
  Int f = columns.begin;
  for (; f + N <= columns.end; f += N, packed += N) {
    const pack<double> before = doubles<N>(center + f);
    pack<double> after = before;
    if (sums) after = round_to<N>(center + f, load<pack<double>>(sums + f) / weight);
    norm += after * after;
    move += (after - before) * (after - before);
    round_to<N>(packed, after * to.unit);
  }
  double rest_norm = 0, rest_move = 0;
  for (; f < columns.end; ++f, ++packed) {
    const double before = center[f];
    if (sums) center[f] = static_cast<T>(sums[f] / weight);
    const double after = center[f];
    rest_norm += after * after;
    rest_move += (after - before) * (after - before);
    *packed = static_cast<float>(after * to.unit);
  }
  *sq_norm += total<double, N>(norm) + rest_norm;
  *sq_move += total<double, N>(move) + rest_move;
}

template <class T>
void move(const Moving<T>& to, Range columns, double* sq_norms, double* sq_moves) {
  std::fill(sq_norms, sq_norms + to.k, 0.0);
  std::fill(sq_moves, sq_moves + to.k, 0.0);
  for (Int f = columns.begin; f < columns.end; f += COLUMNS) {
    const Range some{f, std::min(f + COLUMNS, columns.end)};
    for (Int j = 0; j < to.k; ++j) {
      if (!to.moved[j]) continue;
      float packed[COLUMNS];
      move_one(to, j, some, packed, sq_norms + j, sq_moves + j);
      float* panel = to.panel + some.begin * to.stride + j;
      for (Int i = 0; i < some.size(); ++i) panel[i * to.stride] = packed[i];
    }
  }
}

}  // namespace

void COVEY_ADD(moving)(Table& table) {
  table.f32.move = move<float>;
  table.f64.move = move<double>;
}

}  // namespace covey
