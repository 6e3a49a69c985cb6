// Sums of the rows of each center, and the distance of each row to its own center: in double.
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Rows of few features: one or two registers hold a row and its weight, which is slot D.
template <class T, int D>
void add_short(const Dense<T>& X, Range range, const Label* labels, const double* weight,
               Sums sums) {
  constexpr int P = static_cast<int>(sums_stride(D));
  constexpr int N = P < lanes<double> ? P : lanes<double>;
  double one_at_d[P] = {}, kept[P] = {};
  one_at_d[D] = 1;
  std::fill(kept, kept + D, 1);
  vec<double, N> ones[P / N], keeps[P / N];
  for (int p = 0; p < P / N; ++p) {
    ones[p] = load<vec<double, N>>(one_at_d + p * N);
    keeps[p] = load<vec<double, N>>(kept + p * N);
  }
  const Int copy = sums.k * P, last_copy = sums.copies - 1;
  const T* end = X.x + X.n * D;
  for (Int i = 0; i < range.size(); ++i) {
    const T* row = X.row(range.begin + i);
    T padded[P] = {};
    if (end - row < P) std::copy(row, end, padded), row = padded;
    double* to = sums.at + (i & last_copy) * copy + labels[i] * P;
    COVEY_UNROLL
    for (int p = 0; p < P / N; ++p) {
      vec<double, N> x = doubles<N>(row + p * N);
      x = select(keeps[p] > vec<double, N>{}, x, ones[p]);
      if (weight) x *= broadcast<vec<double, N>>(weight[i]);
      store(to + p * N, load<vec<double, N>>(to + p * N) + x);
    }
  }
}

template <class T>
void add_long(const Dense<T>& X, Range range, const Label* labels, const double* weight,
              Sums sums) {
  constexpr int N = lanes<double>;
  for (Int i = 0; i < range.size(); ++i) {
    const T* row = X.row(range.begin + i);
    double* to = sums.at + labels[i] * sums.stride;
    const double w = weight ? weight[i] : 1.0;
    Int f = 0;
    for (; f + N <= X.d; f += N)
      store(to + f, load<pack<double>>(to + f) + broadcast<pack<double>>(w) * doubles<N>(row + f));
    for (; f < X.d; ++f) to[f] += w * double(row[f]);
    to[X.d] += w;
  }
}

template <class T, int D>
void add_by(const Dense<T>& X, Range range, const Label* labels, const double* weight, Sums sums) {
  if constexpr (D > 0)
    add_short<T, D>(X, range, labels, weight, sums);
  else
    add_long<T>(X, range, labels, weight, sums);
}

template <class T>
void add_rows(const Dense<T>& X, Range range, const Label* labels, const double* weight,
              Sums sums) {
  COVEY_BY_FEATURES(add_by, X.d, X, range, labels, weight, sums)
}

template <class T>
void own(const Dense<T>& X, const Centers<T>& centers, Range range, const Label* labels,
         double* sq) {
  constexpr int N = lanes<double>;
  for (Int i = 0; i < range.size(); ++i) {
    const T* row = X.row(range.begin + i);
    const T* center = centers.row(labels[i]);
    pack<double> sum{};
    Int f = 0;
    for (; f + N <= X.d; f += N) {
      const pack<double> difference = doubles<N>(row + f) - doubles<N>(center + f);
      sum += difference * difference;
    }
    double rest = 0;
    for (; f < X.d; ++f) {
      const double difference = double(row[f]) - double(center[f]);
      rest += difference * difference;
    }
    sq[i] = rest + total<double, N>(sum);
  }
}

template <class T>
double weigh(const T* sq, const double* weight, Int n) {
  constexpr int N = lanes<double>, GROUP = 4;
  pack<double> sum[GROUP] = {};
  Int i = 0;
  for (; i + GROUP * N <= n; i += GROUP * N) COVEY_UNROLL
  for (int g = 0; g < GROUP; ++g) {
    const pack<double> value = doubles<N>(sq + i + g * N);
    sum[g] += weight ? value * load<pack<double>>(weight + i + g * N) : value;
  }
  double rest = 0;
  for (; i < n; ++i) rest += weight ? weight[i] * double(sq[i]) : double(sq[i]);
  return rest + total<double, N>((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

Int relabel(const Label* found, Label* labels, Int n) {
  std::int32_t n_changed = 0;
  for (Int i = 0; i < n; ++i) n_changed += found[i] != labels[i];
  std::copy(found, found + n, labels);
  return n_changed;
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.add_rows = add_rows<T>;
  kernels.own = own<T>;
  kernels.weigh = weigh<T>;
  kernels.relabel = relabel;
}

}  // namespace

void COVEY_ADD(sums)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
