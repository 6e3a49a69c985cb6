// The nearest of dense centers to sparse rows.
//
// ‖c‖² − 2x·c is found in float, centers in lanes, so that a row's values meet all centers at once.
// Every rounding that this can suffer is bounded; centers that float cannot tell apart are told
// apart by direct distances in double. A row's label is what these say, whichever way it was found.
#include <cmath>

#include "sparse_direct.hpp"
#include "sparse_doubt.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// products[j …] += x·c for P registers of centers and at most PIECE values.
template <int P, class I>
void add_products(const float* x, const I* columns, Int m, const float* at, Int stride,
                  float* products) {
  constexpr int N = lanes<float>, CHAINS = P <= 2 ? 4 : P <= 4 ? 2 : 1;
  pack<float> sum[CHAINS][P] = {};
  const auto add = [&](int chain, Int p) {
    const pack<float> value = broadcast<pack<float>>(x[p]);
    const float* center = at + Int(columns[p]) * stride;
    COVEY_UNROLL
    for (int q = 0; q < P; ++q) sum[chain][q] += value * load<pack<float>>(center + q * N);
  };
  Int p = 0;
  for (; p + CHAINS <= m; p += CHAINS) {
    COVEY_UNROLL
    for (int chain = 0; chain < CHAINS; ++chain) add(chain, p + chain);
  }
  for (; p < m; ++p) add(0, p);
  COVEY_UNROLL
  for (int q = 0; q < P; ++q) {
    pack<float> all = sum[0][q];
    if constexpr (CHAINS == 2) all += sum[1][q];
    if constexpr (CHAINS == 4) all = (all + sum[1][q]) + (sum[2][q] + sum[3][q]);
    store(products + q * N, load<pack<float>>(products + q * N) + all);
  }
}

/// products[j] = x·c in float, times unit².
template <class T, class I>
void multiply(const Sparse<T, I>& X, Int i, const Panel& panel, float* products) {
  constexpr int N = lanes<float>;
  std::fill(products, products + panel.stride, 0.0f);
  const T unit = static_cast<T>(panel.unit);
  for (Int p = X.indptr[i], m; p < X.indptr[i + 1]; p += m) {
    m = std::min<Int>(PIECE, X.indptr[i + 1] - p);
    float x[PIECE];
    for (Int q = 0; q < m; ++q) x[q] = static_cast<float>(X.data[p + q] * unit);
    const I* columns = X.indices + p;
    for (Int j = 0; j < panel.stride;) {
      const auto take = [&]<int P>(std::integral_constant<int, P>) {
        add_products<P>(x, columns, m, panel.at + j, panel.stride, products + j);
        j += P * N;
      };
      const Int left = (panel.stride - j) / N;
      if (left >= 8)
        take(std::integral_constant<int, 8>{});
      else if (left >= 6)
        take(std::integral_constant<int, 6>{});
      else if (left >= 4)
        take(std::integral_constant<int, 4>{});
      else if (left == 3)
        take(std::integral_constant<int, 3>{});
      else if (left == 2)
        take(std::integral_constant<int, 2>{});
      else
        take(std::integral_constant<int, 1>{});
    }
  }
}

/// The two least of N lanes that hold two each, halves folded onto each other.
template <int N>
Two fold(vec<float, N> least, vec<float, N> second, vec<std::int32_t, N> at) {
  if constexpr (N == 1) {
    return {least[0], second[0], static_cast<Label>(at[0])};
  } else {
    constexpr int H = N / 2;
    using floats = vec<float, H>;
    using whole = vec<std::int32_t, H>;
    float leasts[N], seconds[N];
    std::int32_t places[N];
    store(leasts, least), store(seconds, second), store(places, at);
    const floats low = load<floats>(leasts), high = load<floats>(leasts + H);
    const floats others = minimum(load<floats>(seconds), load<floats>(seconds + H));
    const whole less = high < low;
    return fold<H>(less ? high : low, minimum(others, less ? low : high),
                   less ? load<whole>(places + H) : load<whole>(places));
  }
}

/// scores[j] = sq_norms[j] − 2 scores[j], and the two least of them. NaN is never least.
Two least_two(const float* sq_norms, Int stride, float* scores) {
  constexpr int N = lanes<float>;
  pack<float> least = broadcast<pack<float>>(infinity<float>), second = least;
  mask<float> at{}, here{};
  for (int l = 0; l < N; ++l) here[l] = l;
  for (Int j = 0; j < stride; j += N, here += N) {
    const pack<float> product = load<pack<float>>(scores + j);
    const pack<float> score = load<pack<float>>(sq_norms + j) - (product + product);
    store(scores + j, score);
    second = minimum(maximum(score, least), second);
    at = score < least ? here : at;
    least = minimum(score, least);
  }
  return fold<N>(least, second, at);
}

/// The least of direct distances, of the centers whose scores are not above `most`.
template <class T, class I>
Label least_direct(const Sparse<T, I>& X, Int i, const Centers<T>& centers, const Panel& panel,
                   const float* scores, float most) {
  Label label = 0;
  double least = infinity<double>;
  for (Int j = 0; j < centers.k; ++j) {
    if (scores[j] > most) continue;
    const double sq = direct(X, i, centers.row(j), panel.sq_norms[j]);
    if (sq < least) least = sq, label = static_cast<Label>(j);
  }
  return label;
}

template <class T, class I>
Int nearest(const Sparse<T, I>& X, const double* lengths, const Centers<T>& centers,
            const Panel& panel, const Deadlines* deadlines, Range range, Label* labels,
            float* scores) {
  float* sq_norms = scores + panel.stride;
  double most = 0;
  for (Int j = 0; j < panel.stride; ++j) {
    const double sq = j < centers.k ? panel.sq_norms[j] : infinity<double>;
    if (j < centers.k) most = std::max(most, sq);
    sq_norms[j] = static_cast<float>(sq * panel.unit * panel.unit);
  }
  const double reach = std::sqrt(most) * panel.unit * (1 + 0x1p-30);
  Int n_seen = 0;
  for (Int i = range.begin; i < range.end; ++i) {
    if (deadlines && deadlines->spent[labels[i]] < deadlines->due[i]) continue;
    ++n_seen;
    multiply(X, i, panel, scores);
    const Two two = least_two(sq_norms, panel.stride, scores);
    const Doubt doubt(Int(X.indptr[i + 1] - X.indptr[i]), X.d, lengths[i] * panel.unit, reach);
    const float close = two.least + static_cast<float>(2.01 * doubt.error);
    const bool clear = two.second > close;
    labels[i] = clear ? two.label : least_direct(X, i, centers, panel, scores, close);
    if (!deadlines) continue;
    const double leeway = clear ? doubt.leeway(two) / panel.unit : 0;
    deadlines->due[i] =
        leeway > 0 ? (deadlines->spent[labels[i]] + leeway) * (1 - 0x1p-50) : -infinity<double>;
  }
  return n_seen;
}

template <class T, class I>
void lengths(const Sparse<T, I>& X, Range range, double* out) {
  constexpr int N = lanes<double>;
  for (Int i = range.begin; i < range.end; ++i) {
    pack<double> sum{};
    Int p = X.indptr[i];
    for (; p + N <= Int(X.indptr[i + 1]); p += N) {
      const pack<double> x = doubles<N>(X.data + p);
      sum += x * x;
    }
    double sq = total<double, N>(sum);
    for (; p < Int(X.indptr[i + 1]); ++p) sq += double(X.data[p]) * double(X.data[p]);
    out[i - range.begin] = std::sqrt(sq);
  }
}

template <class T, class I>
void add(SparseKernels<T, I>& kernels) {
  kernels.nearest = nearest<T, I>;
  kernels.lengths = lengths<T, I>;
}

}  // namespace

void COVEY_ADD(sparse_nearest)(Table& table) {
  add(table.f32_i32);
  add(table.f32_i64);
  add(table.f64_i32);
  add(table.f64_i64);
}

}  // namespace covey
