// Centers move to the means of their rows, and are packed for sparse rows on the way.
#include <algorithm>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Columns whose part of the panel stays in L1 or L2 while center after center is put into it.
constexpr Int COLUMNS = 256;

/// Sums of squares of one center, in lanes.
struct Squares {
  pack<double> norm, move, residual;
};

/// One register of columns of one center: the mean, and the same rounded into `packed`.
template <class T>
void move_register(T* center, const double* sums, double weight, double unit, std::uint16_t* packed,
                   Squares& squares) {
  constexpr int N = lanes<double>;
  const pack<double> before = doubles<N>(center);
  pack<double> after = before;
  if (sums) after = round_to<N>(center, load<pack<double>>(sums) / weight);
  const pack<double> scaled = after * unit, rounded = round_to_halves<N>(packed, scaled);
  squares.norm += after * after;
  squares.move += (after - before) * (after - before);
  squares.residual += (scaled - rounded) * (scaled - rounded);
}

/// One center in at most COLUMNS columns.
template <class T>
void move_one(const Moving<T>& to, Int j, Range columns, std::uint16_t* packed, Squares& squares) {
  constexpr int N = lanes<double>;
  T* center = to.centers + j * to.d;
  const double* sums = to.sums ? to.sums + j * to.d : nullptr;
  const double weight = to.sums ? to.weights[j] : 1;
  Int f = columns.begin;
  for (; f + N <= columns.end; f += N, packed += N)
    move_register(center + f, sums ? sums + f : nullptr, weight, to.unit, packed, squares);
  if (f == columns.end) return;
  const Int rest = columns.end - f;
  T few[N] = {};
  double few_sums[N] = {};
  std::copy(center + f, center + columns.end, few);
  if (sums) std::copy(sums + f, sums + columns.end, few_sums);
  move_register(few, sums ? few_sums : nullptr, weight, to.unit, packed, squares);
  if (sums) std::copy(few, few + rest, center + f);
}

template <class T>
void move(const Moving<T>& to, Range columns, Moved moved) {
  constexpr int N = lanes<double>;
  for (double* sums : {moved.sq_norms, moved.sq_moves, moved.sq_residuals})
    std::fill(sums, sums + to.k, 0.0);
  for (Int f = columns.begin; f < columns.end; f += COLUMNS) {
    const Range some{f, std::min(f + COLUMNS, columns.end)};
    for (Int j = 0; j < to.k; ++j) {
      if (!to.moved[j]) continue;
      std::uint16_t packed[COLUMNS + N];
      Squares squares{};
      move_one(to, j, some, packed, squares);
      std::uint16_t* panel = to.panel + some.begin * to.stride + j;
      for (Int i = 0; i < some.size(); ++i) panel[i * to.stride] = packed[i];
      moved.sq_norms[j] += total<double, N>(squares.norm);
      moved.sq_moves[j] += total<double, N>(squares.move);
      moved.sq_residuals[j] += total<double, N>(squares.residual);
    }
  }
}

}  // namespace

void COVEY_ADD(moving)(Table& table) {
  table.f32.move = move<float>;
  table.f64.move = move<double>;
}

}  // namespace covey
