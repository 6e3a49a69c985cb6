// Kernels of greedy k-means++ on a grid (grid.hpp): candidates weighed in whole numbers of 16 bits,
// rows lowered in double.
//
// On the grid ‖x − c‖² = ‖x‖² − 2x·c + ‖c‖² is exact, however far the terms cancel. Let s bound
// what rounding both ends changes a distance by: then a candidate that comes nearer to a row than r
// is nearer than r + s on the grid. Rows of which that holds get a bit, and the few others none.
#include <algorithm>
#include <bit>

#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

constexpr int W = lanes<float>, S = GRID_STEP / GRID_ROWS;  // registers of rows taken at once

/// Squared distances on the grid of S registers of rows to all candidates.
template <int P>
struct OnGrid {
  using Found = pack<float>[CANDIDATES][S];
  const std::int32_t* const (&row)[S];
  Int pairs;

  void distances(const Trials& trials, const pack<float> (&)[S], Found& found) const {
    whole x[S][P], sq_norm[S] = {};
    COVEY_UNROLL
    for (int s = 0; s < S; ++s) COVEY_UNROLL
    for (int p = 0; p < P; ++p) {
      x[s][p] = load<whole>(row[s] + p * GRID_ROWS);
      sq_norm[s] += pair_products(x[s][p], x[s][p]);
    }
    const std::int32_t* at = trials.at;
    for (Int j = 0; j < trials.m; ++j, at += P) {
      whole product[S] = {};
      COVEY_UNROLL
      for (int p = 0; p < P; ++p) COVEY_UNROLL
      for (int s = 0; s < S; ++s)
        product[s] += pair_products(x[s][p], broadcast<whole>(at[p]));
      COVEY_UNROLL
      for (int s = 0; s < S; ++s)
        found[j][s] = __builtin_convertvector(
            sq_norm[s] + trials.sq_norms[j] - (product[s] + product[s]), pack<float>);
    }
  }
};

/// Any number of pairs, a group after the other; stops where no candidate comes within the limits
/// of any lane, since sums of squares only grow.
template <>
struct OnGrid<0> {
  using Found = pack<float>[CANDIDATES][S];
  const std::int32_t* const (&row)[S];
  Int pairs;

  void distances(const Trials& trials, const pack<float> (&limit)[S], Found& found) const {
    const Int groups = (pairs + GRID_GROUP - 1) / GRID_GROUP;
    for (Int j = 0; j < trials.m; ++j) std::fill(found[j], found[j] + S, pack<float>{});
    for (Int g = 0; g < groups; ++g) {
      const Int first = g * GRID_GROUP, end = std::min(first + GRID_GROUP, pairs);
      whole sq_norm[S] = {};
      for (Int p = first; p < end; ++p)
        for (int s = 0; s < S; ++s) {
          const whole x = load<whole>(row[s] + p * GRID_ROWS);
          sq_norm[s] += pair_products(x, x);
        }
      unsigned near = 0;
      for (Int j = 0; j < trials.m; ++j) {
        const std::int32_t* const at = trials.at + j * pairs;
        whole product[S] = {};
        for (Int p = first; p < end; ++p) {
          const whole c = broadcast<whole>(at[p]);
          COVEY_UNROLL
          for (int s = 0; s < S; ++s)
            product[s] += pair_products(load<whole>(row[s] + p * GRID_ROWS), c);
        }
        const std::int32_t sq = trials.sq_norms[j * groups + g];
        COVEY_UNROLL
        for (int s = 0; s < S; ++s) {
          found[j][s] += __builtin_convertvector(sq_norm[s] + sq - (product[s] + product[s]),
                                                 pack<float>);
          near |= bits_of(found[j][s] < limit[s]);
        }
      }
      if (!near) return;
    }
  }
};

template <int P>
void weigh_by(const Grid& X, const Trials& trials, Range range, const float* sq,
              const double* weight, double unit_weight, double* gained, std::uint16_t* nearer) {
  constexpr Int TILES = CHUNK * 8 / GRID_ROWS;  // of a block
  pack<float> sum[CANDIDATES] = {};
  for (Int i = 0; i < range.size(); i += S * W) {
    const std::int32_t* row[S];
    pack<float> closest[S], limit[S], w[S];
    float weights[S * W] = {};
    if (weight)
      for (Int l = 0; l < std::min<Int>(S * W, range.size() - i); ++l)
        weights[l] = static_cast<float>(weight[i + l] * unit_weight);
    COVEY_UNROLL
    for (int s = 0; s < S; ++s) {
      row[s] = X.row(range.begin + i + s * W);
      closest[s] = load<pack<float>>(sq + i + s * W);
      const pack<float> reach = root(closest[s]) + trials.slack;
      limit[s] = reach * reach * (1 + 0x1p-20f);
      w[s] = load<pack<float>>(weights + s * W);
    }
    typename OnGrid<P>::Found found;
    OnGrid<P>{row, X.pairs}.distances(trials, limit, found);
    for (Int j = 0; j < trials.m; ++j) {
      COVEY_UNROLL
      for (int s = 0; s < S; ++s) {
        const Int at = i + s * W;
        const pack<float> gain = maximum(closest[s] - found[j][s], pack<float>{});
        sum[j] += weight ? gain * w[s] : gain;
        nearer[j * TILES + at / GRID_ROWS] |= static_cast<std::uint16_t>(
            bits_of(found[j][s] < limit[s]) << at % GRID_ROWS);
      }
    }
  }
  for (Int j = 0; j < trials.m; ++j)
    each_part<float>(sum[j], [&](int, pack<double> part) {
      gained[j] += total<double, lanes<double>>(part);
    });
}

void weigh_on_grid(const Grid& X, const Trials& trials, Range range, const float* sq,
                   const double* weight, double unit_weight, double* gained,
                   std::uint16_t* nearer) {
  const auto by = [&](auto pairs) {
    weigh_by<decltype(pairs)::value>(X, trials, range, sq, weight, unit_weight, gained, nearer);
  };
  switch (X.pairs) {
    case 1: return by(std::integral_constant<int, 1>{});
    case 2: return by(std::integral_constant<int, 2>{});
    case 3: return by(std::integral_constant<int, 3>{});
    case 4: return by(std::integral_constant<int, 4>{});
    case 5: return by(std::integral_constant<int, 5>{});
    case 6: return by(std::integral_constant<int, 6>{});
    case 7: return by(std::integral_constant<int, 7>{});
    case 8: return by(std::integral_constant<int, 8>{});
    default: return by(std::integral_constant<int, 0>{});
  }
}

template <class T>
void extent(const Dense<T>& X, Range range, T* low, T* high) {
  for (Int i = range.begin; i < range.end; ++i) {
    const T* const row = X.row(i);
    for (Int f = 0; f < X.d; ++f) {
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

/// ‖x − c‖² scale², direct, in double.
template <class T>
double scaled(const T* x, const T* center, Int d, double scale) {
  constexpr int N = lanes<double>;
  pack<double> sum{};
  Int f = 0;
  for (; f + N <= d; f += N) {
    const pack<double> off = (doubles<N>(x + f) - doubles<N>(center + f)) * scale;
    sum += off * off;
  }
  double all = total<double, N>(sum);
  for (; f < d; ++f) {
    const double off = (double(x[f]) - double(center[f])) * scale;
    all += off * off;
  }
  return all;
}

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
  while (n > 0 && places[n - 1] >= range.size()) --n;  // filling
  std::fill(places + n, places + n + AHEAD, n > 0 ? places[n - 1] : 0);
  for (Int i = 0; i < n; ++i) {
    const char* const next = reinterpret_cast<const char*>(X.row(range.begin + places[i + AHEAD]));
    for (Int byte = 0; byte < std::min<Int>(256, X.d * sizeof(T)); byte += 64)
      __builtin_prefetch(next + byte);
    const Int place = places[i];
    const float found =
        static_cast<float>(scaled(X.row(range.begin + place), center, X.d, scale));
    if (!(found < sq[place])) continue;
    sq[place] = found;
    lowered[place / CHUNK] = true;
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.extent = extent<T>;
  kernels.round_to_grid = round_to_grid<T>;
  kernels.weigh_on_grid = weigh_on_grid;
  kernels.come_nearer = come_nearer<T>;
}

}  // namespace

void COVEY_ADD(gridded)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
