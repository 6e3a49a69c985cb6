// Rows on few orthonormal axes, and the length of what these leave out: see rounded.hpp.
#include <cmath>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Rows and registers of axes at once.
constexpr int ROWS = 4, REGISTERS = 5;

/// ROWS rows, moved and scaled, on `R` registers of axes.
template <int R>
void project(const double* moved, const Axes& axes, Int first, double* out) {
  constexpr int N = lanes<double>;
  pack<double> sum[ROWS][R] = {};
  for (Int f = 0; f < axes.d; ++f) {
    pack<double> axis[R];
    COVEY_UNROLL
    for (int r = 0; r < R; ++r)
      axis[r] = load<pack<double>>(axes.at + f * axes.stride + first + r * N);
    COVEY_UNROLL
    for (int i = 0; i < ROWS; ++i) {
      const pack<double> value = broadcast<pack<double>>(moved[i * axes.d + f]);
      COVEY_UNROLL
      for (int r = 0; r < R; ++r) sum[i][r] += value * axis[r];
    }
  }
  COVEY_UNROLL
  for (int i = 0; i < ROWS; ++i) COVEY_UNROLL
  for (int r = 0; r < R; ++r) store(out + i * axes.stride + first + r * N, sum[i][r]);
}

template <class T>
void turn(const Dense<T>& X, const Axes& axes, Range range, float* out, double* scratch) {
  constexpr int N = lanes<double>;
  double *moved = scratch, *turned = scratch + ROWS * axes.d;
  for (Int i = range.begin; i < range.end; i += ROWS) {
    double sq[ROWS] = {};
    const int count = static_cast<int>(std::min<Int>(ROWS, range.end - i));
    for (int g = 0; g < ROWS; ++g) {
      const T* row = X.row(i + std::min(g, count - 1));
      double* to = moved + g * axes.d;
      for (Int f = 0; f < axes.d; ++f) to[f] = (double(row[f]) - axes.shift[f]) * axes.scale;
      for (Int f = 0; f < axes.d; ++f) sq[g] += to[f] * to[f];
    }
    Int first = 0;
    for (; first + REGISTERS * N <= axes.stride; first += REGISTERS * N)
      project<REGISTERS>(moved, axes, first, turned);
    for (; first + N <= axes.stride; first += N) project<1>(moved, axes, first, turned);
    for (int g = 0; g < count; ++g, out += axes.p + 1) {
      double held = 0;
      for (Int a = 0; a < axes.p; ++a) {
        const double value = turned[g * axes.stride + a];
        held += value * value;
        out[a] = static_cast<float>(value);
      }
      out[axes.p] = static_cast<float>(std::sqrt(std::max(0.0, sq[g] - held)));
    }
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.turn = turn<T>;
}

}  // namespace

void COVEY_ADD(turning)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
