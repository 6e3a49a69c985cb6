// Rows put on a grid (grid.hpp), and rows measured as they are: the rest of greedy k-means++.
#include <algorithm>
#include <bit>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Several rows side by side, so that few features fill registers too.
template <class T>
void extent(const Dense<T>& X, Range range, T* low, T* high) {
  constexpr Int SIDE = 64;
  const Int d = X.d, n = d < SIDE ? SIDE / d : 1, period = n * d;
  Int i = range.begin;
  if (n > 1) {
    T least[SIDE], most[SIDE];
    for (Int l = 0; l < period; ++l) least[l] = low[l % d], most[l] = high[l % d];
    for (; i + n <= range.end; i += n) {
      const T* const x = X.row(i);
      for (Int l = 0; l < period; ++l) {
        least[l] = x[l] < least[l] ? x[l] : least[l];
        most[l] = x[l] > most[l] ? x[l] : most[l];
      }
    }
    for (Int l = 0; l < period; ++l) {
      low[l % d] = std::min(low[l % d], least[l]);
      high[l % d] = std::max(high[l % d], most[l]);
    }
  }
  for (; i < range.end; ++i) {
    const T* const row = X.row(i);
    for (Int f = 0; f < d; ++f) {
      low[f] = row[f] < low[f] ? row[f] : low[f];
      high[f] = row[f] > high[f] ? row[f] : high[f];
    }
  }
}

template <class T>
void round_to_grid(const Dense<T>& X, Range range, const double* shift, double scale,
                   std::int32_t* to) {
  const Int pairs = (X.d + 1) / 2;
  constexpr Int N = GRID_GROUP;
  for (Int i = range.begin; i < range.end; i += GRID_ROWS, to += pairs * GRID_ROWS) {
    const Int count = std::min(GRID_ROWS, range.end - i);
    if (count < GRID_ROWS) std::fill(to, to + pairs * GRID_ROWS, 0);
    for (Int l = 0; l < count; ++l) {
      const T* const row = X.row(i + l);
      for (Int f = 0; f < X.d; f += N) {
        std::int32_t rounded[N + 1] = {};
        const Int here = std::min(N, X.d - f);
        for (Int e = 0; e < here; ++e)
          rounded[e] = static_cast<std::int32_t>(
              std::nearbyint((double(row[f + e]) - shift[f + e]) * scale));
        for (Int e = 0; e < here; e += 2)
          to[(f + e) / 2 * GRID_ROWS + l] = static_cast<std::int32_t>(
              (std::uint32_t(rounded[e]) & 0xFFFF) | std::uint32_t(rounded[e + 1]) << 16);
      }
    }
  }
}

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

template <class T>
void come_nearer(const Dense<T>& X, const T* center, double scale, Range range,
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

template <class T>
void add(Kernels<T>& kernels) {
  kernels.extent = extent<T>;
  kernels.round_to_grid = round_to_grid<T>;
  kernels.come_nearer = come_nearer<T>;
}

}  // namespace

void COVEY_ADD(gridding)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
