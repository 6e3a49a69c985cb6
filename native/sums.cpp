// Sums of the rows of each center, and the distance of each row to its own center: in double.
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Rows of few features: one or two registers hold a row and its weight, which is slot D.
template <class T, int D, bool weighted, bool measured>
double add_short(const Dense<T>& X, const double* centers, Range range, const Label* labels,
                 const double* weight, Sums sums) {
  constexpr int P = static_cast<int>(sums_stride(D));
  constexpr int N = P < lanes<double> ? P : lanes<double>;
  using some = vec<double, N>;
  double weight_slot[P] = {}, feature_slots[P] = {};
  weight_slot[D] = 1;
  std::fill(feature_slots, feature_slots + D, 1);
  double* copies[4];
  for (Int c = 0; c < 4; ++c) copies[c] = sums.at + c % sums.copies * sums.k * P;
  some inertia[4] = {};
  const auto add = [&](const T* row, Int i, int c) {
    const Int at = Int{labels[i]} * P;
    double* to = copies[c] + at;
    COVEY_UNROLL
    for (int p = 0; p < P; p += N) {
      some x = doubles<N>(row + p);
      x = select(load<some>(feature_slots + p) > some{}, x, load<some>(weight_slot + p));
      some sq{};
      if (measured) {
        sq = x - load<some>(centers + at + p);
        sq *= sq;
      }
      if (weighted) {
        const some w = broadcast<some>(weight[i]);
        sq *= w;
        x *= w;
      }
      inertia[c] += sq;
      store(to + p, load<some>(to + p) + x);
    }
  };
  // A row is read as P values, the last of which may lie beyond the array.
  const Int whole = std::min(range.size(), X.n - range.begin - P / D);
  const T* row = X.row(range.begin);
  Int i = 0;
  for (; i + 4 <= whole; i += 4) {
    COVEY_UNROLL
    for (int c = 0; c < 4; ++c, row += D) add(row, i + c, c);
  }
  for (; i < range.size(); ++i, row += D) {
    T padded[P] = {};
    std::copy(row, row + D, padded);
    add(padded, i, i & 3);
  }
  return total<double, N>((inertia[0] + inertia[1]) + (inertia[2] + inertia[3]));
}

template <class T, bool measured>
double add_long(const Dense<T>& X, const double* centers, Range range, const Label* labels,
                const double* weight, Sums sums) {
  constexpr int N = lanes<double>;
  const Int copy = sums.k * sums.stride, last_copy = sums.copies - 1;
  const T* row = X.row(range.begin);
  pack<double> inertia{};
  double rest = 0;
  for (Int i = 0; i < range.size(); ++i, row += X.d) {
    const Int at = labels[i] * sums.stride;
    double* to = sums.at + (i & last_copy) * copy + at;
    const double w = weight ? weight[i] : 1.0;
    const pack<double> all = broadcast<pack<double>>(w);
    Int f = 0;
    for (; f + N <= X.d; f += N) {
      const pack<double> x = doubles<N>(row + f);
      store(to + f, load<pack<double>>(to + f) + all * x);
      if (measured) {
        const pack<double> difference = x - load<pack<double>>(centers + at + f);
        inertia += all * difference * difference;
      }
    }
    for (; f < X.d; ++f) {
      const double x = double(row[f]);
      to[f] += w * x;
      if (measured) rest += w * (x - centers[at + f]) * (x - centers[at + f]);
    }
    to[X.d] += w;
  }
  return rest + total<double, N>(inertia);
}

template <class T, int D>
double add_by(const Dense<T>& X, const double* centers, Range range, const Label* labels,
              const double* weight, Sums sums) {
  constexpr auto variant = [](auto weighted, auto measured) {
    if constexpr (D > 0)
      return add_short<T, D, weighted, measured>;
    else
      return add_long<T, measured>;
  };
  constexpr std::true_type yes;
  constexpr std::false_type no;
  const auto add = weight ? (centers ? variant(yes, yes) : variant(yes, no))
                          : (centers ? variant(no, yes) : variant(no, no));
  return add(X, centers, range, labels, weight, sums);
}

template <class T>
double add_rows(const Dense<T>& X, const double* centers, Range range, const Label* labels,
                const double* weight, Sums sums) {
  COVEY_BY_FEATURES(add_by, X.d, X, centers, range, labels, weight, sums)
}

template <class T>
void own(const Dense<T>& X, const Centers<T>& centers, Range range, const Label* labels,
         double* sq) {
  constexpr int N = lanes<double>;
  for (Int i = 0; i < range.size(); ++i) {
    const T* row = X.row(range.begin + i);
    const T* center = centers.row(labels[i]);
    pack<double> sum[4] = {};  // so that no addition waits for the one before
    Int f = 0;
    const auto add = [&](Int at, pack<double>& to) {
      const pack<double> difference = doubles<N>(row + at) - doubles<N>(center + at);
      to += difference * difference;
    };
    for (; f + 4 * N <= X.d; f += 4 * N)
      for (int part = 0; part < 4; ++part) add(f + part * N, sum[part]);
    for (; f + N <= X.d; f += N) add(f, sum[0]);
    double rest = 0;
    for (; f < X.d; ++f) {
      const double difference = double(row[f]) - double(center[f]);
      rest += difference * difference;
    }
    sq[i] = rest + total<double, N>((sum[0] + sum[1]) + (sum[2] + sum[3]));
  }
}

template <class T>
double weigh(const T* sq, const double* weight, Int n) {
  constexpr int N = lanes<double>, GROUP = 4;
  pack<double> sum[GROUP] = {};
  Int i = 0;
  for (; i + GROUP * N <= n; i += GROUP * N) {
    COVEY_UNROLL
    for (int g = 0; g < GROUP; ++g) {
      const pack<double> value = doubles<N>(sq + i + g * N);
      sum[g] += weight ? value * load<pack<double>>(weight + i + g * N) : value;
    }
  }
  double rest = 0;
  for (; i < n; ++i) rest += weight ? weight[i] * double(sq[i]) : double(sq[i]);
  return rest + total<double, N>((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

template <class T>
void spread(const T* x, Int n, Int period, const double* __restrict shift, double* __restrict sum,
            double* __restrict square) {
  for (; n > 0; --n, x += period)
    for (Int j = 0; j < period; ++j) {
      const double moved = double(x[j]) - shift[j];
      sum[j] += moved;
      square[j] += moved * moved;
    }
}

Int relabel(const Label* found, Label* labels, Int n) {
  std::int32_t n_changed = 0;
  for (Int i = 0; i < n; ++i) n_changed += found[i] != labels[i];
  if (n_changed > 0) std::copy(found, found + n, labels);
  return n_changed;
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.add_rows = add_rows<T>;
  kernels.own = own<T>;
  kernels.weigh = weigh<T>;
  kernels.spread = spread<T>;
  kernels.relabel = relabel;
}

}  // namespace

void COVEY_ADD(sums)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
