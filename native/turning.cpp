// Rows on few orthonormal axes, and the length of what these leave out: see rounded.hpp.
#include <cmath>

#include "stopping.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Rows and registers of axes at once: their sums stay in registers, of which AVX-512 has 32.
constexpr int ROWS = 4, REGISTERS = lanes<double> == 8 ? 6 : 2;

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

/// One row, moved and scaled; returns its squared length.
template <class T>
double move_one(const T* row, const Axes& axes, double* to) {
  constexpr int N = lanes<double>;
  pack<double> sums[2] = {};
  double rest = 0;
  Int f = 0;
  for (; f + 2 * N <= axes.d; f += 2 * N)
    for (int r = 0; r < 2; ++r) {
      const Int at = f + r * N;
      const pack<double> value =
          (doubles<N>(row + at) - load<pack<double>>(axes.shift + at)) * axes.scale;
      store(to + at, value);
      sums[r] += value * value;
    }
  for (; f < axes.d; ++f) {
    to[f] = (double(row[f]) - axes.shift[f]) * axes.scale;
    rest += to[f] * to[f];
  }
  return total<double, N>(sums[0] + sums[1]) + rest;
}

template <class T>
void turn(const Dense<T>& X, const Axes& axes, Range range, float* out, double* scratch) {
  constexpr int N = lanes<double>;
  double *moved = scratch, *turned = scratch + ROWS * axes.d;
  for (Int i = range.begin; i < range.end; i += ROWS) {
    double sq[ROWS] = {};
    const int count = static_cast<int>(std::min<Int>(ROWS, range.end - i));
    for (int g = 0; g < ROWS; ++g)
      sq[g] = move_one(X.row(i + std::min(g, count - 1)), axes, moved + g * axes.d);
    Int first = 0;
    for (; first + REGISTERS * N <= axes.stride; first += REGISTERS * N)
      project<REGISTERS>(moved, axes, first, turned);
    for (; first + 2 * N <= axes.stride; first += 2 * N) project<2>(moved, axes, first, turned);
    for (; first < axes.stride; first += N) project<1>(moved, axes, first, turned);
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

double dot(const double* a, const double* b, Int n) {
  constexpr int N = lanes<double>;
  pack<double> sums[2] = {};
  double rest = 0;
  Int i = 0;
  for (; i + 2 * N <= n; i += 2 * N)
    for (int r = 0; r < 2; ++r)
      sums[r] += load<pack<double>>(a + i + r * N) * load<pack<double>>(b + i + r * N);
  for (; i < n; ++i) rest += a[i] * b[i];
  return total<double, N>(sums[0] + sums[1]) + rest;
}

/// Gram and Schmidt's way, again for a row of which little was left: even what rounding leaves of
/// one that depends on those before is then orthogonal to them.
Int orthonormal(double* rows, Int given, Int n, Int d) {
  constexpr int ROUNDS = 4;
  for (Int i = given; i < n; ++i) {
    may_stop();
    double* row = rows + i * d;
    double left = 0;
    for (int round = 0; round < ROUNDS && !(left > 0.5); ++round) {
      const double length = std::sqrt(dot(row, row, d));
      if (!(length > 0 && length < infinity<double>)) return i;
      for (Int f = 0; f < d; ++f) row[f] /= length;
      for (Int j = 0; j < i; ++j) {
        const double* other = rows + j * d;
        const double part = dot(row, other, d);
        for (Int f = 0; f < d; ++f) row[f] -= part * other[f];
      }
      left = dot(row, row, d);
    }
    if (!(left > 0.5)) return i;
    const double length = std::sqrt(left);
    for (Int f = 0; f < d; ++f) row[f] /= length;
  }
  return n;
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.turn = turn<T>;
}

}  // namespace

void COVEY_ADD(turning)(Table& table) {
  add(table.f32);
  add(table.f64);
  table.f64.orthonormal = orthonormal;
}

}  // namespace covey
