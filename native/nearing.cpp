// Rows that a new center of greedy k-means++ may be nearest to, measured as they are.
#include <algorithm>
#include <bit>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// ‖x − c‖² scale² for one center, direct, in double.
template <class T>
class Measure {
 public:
  Measure(const Dense<T>& X, const T* center, double scale)
      : center_(center), d_(X.d), whole_(X.d / N * N), scale_(scale), end_(X.row(X.n)) {
    for (Int l = 0; whole_ + l < d_; ++l) {
      rest_center_[l] = double(center[whole_ + l]);
      rest_scale_[l] = scale;
    }
  }

  double operator()(const T* x) const {
    pack<double> sum{};
    for (Int f = 0; f < whole_; f += N) {
      const pack<double> off = (doubles<N>(x + f) - doubles<N>(center_ + f)) * scale_;
      sum += off * off;
    }
    if (whole_ == d_) return total<double, N>(sum);
    T padded[N] = {};
    const T* rest = x + whole_;
    if (end_ - rest < N) rest = std::copy(rest, x + d_, padded) - (d_ - whole_);
    // What lies beyond the row belongs to the next one, and counts 0 times.
    const pack<double> off =
        (doubles<N>(rest) - load<pack<double>>(rest_center_)) * load<pack<double>>(rest_scale_);
    return total<double, N>(sum + off * off);
  }

 private:
  static constexpr int N = lanes<double>;
  const T* center_;
  Int d_, whole_;
  double scale_, rest_center_[N] = {}, rest_scale_[N] = {};
  const T* end_;
};

/// Rows of any number of features, one by one.
template <class T>
void lower_long(const Dense<T>& X, const T* center, double scale, Range range,
                const std::uint16_t* nearer, float* sq, bool* lowered) {
  constexpr Int AHEAD = 16;
  std::uint16_t places[CHUNK * 8 + AHEAD];
  Int n = 0;
  if (nearer)
    for (Int tile = 0; tile * GRID_ROWS < range.size(); ++tile)
      for (unsigned bits = nearer[tile]; bits; bits &= bits - 1)
        places[n++] = static_cast<std::uint16_t>(tile * GRID_ROWS + std::countr_zero(bits));
  else
    for (; n < range.size(); ++n) places[n] = static_cast<std::uint16_t>(n);
  const Measure<T> measure(X, center, scale);
  while (n > 0 && places[n - 1] >= range.size()) --n;  // filling
  std::fill(places + n, places + n + AHEAD, n > 0 ? places[n - 1] : 0);
  for (Int i = 0; i < n; ++i) {
    const char* const next = reinterpret_cast<const char*>(X.row(range.begin + places[i + AHEAD]));
    for (Int byte = 0; byte < std::min<Int>(256, X.d * sizeof(T)); byte += 64)
      __builtin_prefetch(next + byte, 0, 3);
    const Int place = places[i];
    const float found = static_cast<float>(measure(X.row(range.begin + place)));
    if (!(found < sq[place])) continue;
    sq[place] = found;
    lowered[place / CHUNK] = true;
  }
}

/// A register of rows of D features. Each row adds up its features in order.
template <class T, int D>
void lower_together(const T* rows, const double* center, double scale, float* sq, bool& lowered) {
  constexpr int W = lanes<T>, N = lanes<double>, P = std::bit_ceil(unsigned(D)), B = P < W ? P : W;
  pack<T> x[P];
  if constexpr (D == 1)
    x[0] = load<pack<T>>(rows);
  else
    for (int f = 0; f < D; f += B) load_square<T, B>(rows + f, D, x + f);
  pack<double> sums[parts<T>] = {};
  COVEY_UNROLL
  for (int f = 0; f < D; ++f)
    each_part<T>(x[f], [&](int q, pack<double> value) {
      const pack<double> off = (value - center[f]) * scale;
      sums[q] += off * off;
    });
  for (int q = 0; q < parts<T>; ++q) {
    const auto found = __builtin_convertvector(sums[q], vec<float, N>);
    const auto before = load<vec<float, N>>(sq + q * N);
    lowered |= any(found < before);
    store(sq + q * N, found < before ? found : before);
  }
}

/// Rows of D features: a register of them where several are asked for, else one by one.
template <class T, int D>
void lower_by(const Dense<T>& X, const T* center, double scale, Range range,
              const std::uint16_t* nearer, float* sq, bool* lowered) {
  if constexpr (D == 0) {
    lower_long(X, center, scale, range, nearer, sq, lowered);
  } else {
    constexpr Int W = lanes<T>, AHEAD = 8, TILES_OF_CHUNK = CHUNK / GRID_ROWS;
    constexpr int SEVERAL = W < 8 ? 2 : 3;
    double at[D];
    std::copy(center, center + D, at);
    const Int n_tiles = (range.size() + GRID_ROWS - 1) / GRID_ROWS;
    for (Int tile = 0; tile < n_tiles; ++tile) {
      if (nearer && tile + AHEAD < n_tiles && nearer[tile + AHEAD])
        for (Int i = 0; i < GRID_ROWS * D; i += 64 / Int{sizeof(T)})
          __builtin_prefetch(X.row(range.begin + (tile + AHEAD) * GRID_ROWS) + i, 0, 3);
      const unsigned bits = nearer ? nearer[tile] : 0xFFFFu;
      for (Int part = 0; part < GRID_ROWS; part += W) {
        const unsigned here = bits >> part & ((1u << W) - 1);
        const Int first = tile * GRID_ROWS + part, row = range.begin + first;
        if (!here || first >= range.size()) continue;
        bool& mark = lowered[tile / TILES_OF_CHUNK];
        if (std::popcount(here) >= SEVERAL && first + W <= range.size() && !leaves(X, row, W, W)) {
          lower_together<T, D>(X.row(row), at, scale, sq + first, mark);
          continue;
        }
        for (unsigned left = here; left; left &= left - 1) {
          const Int place = first + std::countr_zero(left);
          if (place >= range.size()) break;  // filling
          const T* const x = X.row(range.begin + place);
          double sum = 0;
          COVEY_UNROLL
          for (int f = 0; f < D; ++f) {
            const double off = (double(x[f]) - at[f]) * scale;
            sum += off * off;
          }
          const auto found = static_cast<float>(sum);
          if (!(found < sq[place])) continue;
          sq[place] = found;
          mark = true;
        }
      }
    }
  }
}

template <class T>
void come_nearer(const Dense<T>& X, const T* center, double scale, Range range,
                 const std::uint16_t* nearer, float* sq, bool* lowered) {
  COVEY_BY_FEATURES(lower_by, X.d, X, center, scale, range, nearer, sq, lowered)
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.come_nearer = come_nearer<T>;
}

}  // namespace

void COVEY_ADD(nearing)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
