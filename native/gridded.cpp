// Candidates of greedy k-means++ weighed on a grid (grid.hpp), in whole numbers of 16 bits.
//
// On the grid ‖x − c‖² = ‖x‖² − 2x·c + ‖c‖² is exact, however far the terms cancel. Let s bound
// what rounding both ends changes a distance by: then a candidate that comes nearer to a row than r
// is nearer than r + s on the grid. Rows of which that holds get a bit, and the few others none.
#include <algorithm>
#include <bit>

#include "halves.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

constexpr int W = lanes<float>;

/// Registers of rows taken at once: where there are many pairs, two share the broadcast candidates.
template <int P>
constexpr int at_once = P == 0 ? 2 : 1;

/// Squared distances on the grid of S registers of rows to all candidates.
template <int P>
struct OnGrid {
  static constexpr int S = at_once<P>;
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
      for (int s = 0; s < S; ++s) product[s] += pair_products(x[s][p], broadcast<whole>(at[p]));
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
  static constexpr int S = at_once<0>;
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
          found[j][s] +=
              __builtin_convertvector(sq_norm[s] + sq - (product[s] + product[s]), pack<float>);
          near |= less(found[j][s], limit[s]);
        }
      }
      if (!near) return;
    }
  }
};

template <int P>
void weigh_by(const Grid& X, const Trials& trials, Range range, const float* sq,
              const float* weight, double* gained, std::uint16_t* nearer) {
  constexpr Int TILES = CHUNK * 8 / GRID_ROWS;  // of a block
  constexpr int S = at_once<P>;
  pack<float> sum[CANDIDATES] = {};
  for (Int i = 0; i < range.size(); i += S * W) {
    const std::int32_t* row[S];
    pack<float> closest[S], limit[S], w[S];
    COVEY_UNROLL
    for (int s = 0; s < S; ++s) {
      row[s] = X.row(range.begin + i + s * W);
      closest[s] = load<pack<float>>(sq + i + s * W);
      const pack<float> reach = root(closest[s]) + trials.slack;
      limit[s] = reach * reach * (1 + 0x1p-20f);
      w[s] = weight ? load<pack<float>>(weight + i + s * W) : pack<float>{};
    }
    const Int bytes = std::min<Int>(X.pairs, 8) * GRID_ROWS * S * 4;
    for (Int byte = 0; byte < bytes; byte += 64)
      __builtin_prefetch(reinterpret_cast<const char*>(row[0]) + 4096 + byte, 0, 2);
    typename OnGrid<P>::Found found;
    OnGrid<P>{row, X.pairs}.distances(trials, limit, found);
    for (Int j = 0; j < trials.m; ++j) {
      COVEY_UNROLL
      for (int s = 0; s < S; ++s) {
        const Int at = i + s * W;
        const pack<float> gain = positive(closest[s] - found[j][s]);
        sum[j] += weight ? gain * w[s] : gain;
        nearer[j * TILES + at / GRID_ROWS] |=
            static_cast<std::uint16_t>(less(found[j][s], limit[s]) << at % GRID_ROWS);
      }
    }
  }
  for (Int j = 0; j < trials.m; ++j)
    each_part<float>(
        sum[j], [&](int, pack<double> part) { gained[j] += total<double, lanes<double>>(part); });
}

void weigh_on_grid(const Grid& X, const Trials& trials, Range range, const float* sq,
                   const float* weight, double* gained, std::uint16_t* nearer) {
  const auto by = [&](auto pairs) {
    weigh_by<decltype(pairs)::value>(X, trials, range, sq, weight, gained, nearer);
  };
  switch (X.pairs) {
    case 1:
      return by(std::integral_constant<int, 1>{});
    case 2:
      return by(std::integral_constant<int, 2>{});
    case 3:
      return by(std::integral_constant<int, 3>{});
    case 4:
      return by(std::integral_constant<int, 4>{});
    case 5:
      return by(std::integral_constant<int, 5>{});
    case 6:
      return by(std::integral_constant<int, 6>{});
    case 7:
      return by(std::integral_constant<int, 7>{});
    case 8:
      return by(std::integral_constant<int, 8>{});
    default:
      return by(std::integral_constant<int, 0>{});
  }
}

template <class T>
void add(Kernels<T>& kernels) {
  kernels.weigh_on_grid = weigh_on_grid;
}

}  // namespace

void COVEY_ADD(gridded)(Table& table) {
  add(table.f32);
  add(table.f64);
}

}  // namespace covey
