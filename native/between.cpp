// Sums of distances between two ranges of rows: each distance counts for its row and its column.
//
// Rows are in lanes. The sums of a tile's rows stay in registers while the columns go by; each
// column has a register of its own in memory, one lane for each place in a tile, which is folded
// when all tiles have gone by.
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Columns at once: their registers stay in L1, and a row's distances added in T are no more.
constexpr Int COLUMNS = 256;

/// Tiles whose distances a column adds in T before they go to double.
constexpr Int TILES = 64;

/// Add the distances of a tile's rows to columns begin … end; `there` says which rows are there.
template <bool all, bool both, class T, int D>
void add_tile(const Tile<T, D>& tile, const mask<T> (&there)[Tile<T, D>::R], const Dense<T>& X,
              Range columns, pack<T> (&sum)[Tile<T, D>::R], pack<T>* by_column) {
  using Rows = Tile<T, D>;
  constexpr int R = Rows::R;
  for (Int j = columns.begin; j < columns.end; ++j) {
    pack<T> sq[1][R];
    sq_distances<1, T, D>(tile, X.x + j * Rows::features(X.d), X.d, sq);
    pack<T> column{};
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      const pack<T> distance = near_root(sq[0][r]);
      sum[r] += distance;
      if constexpr (both) column += all ? distance : select(there[r], distance, pack<T>{});
    }
    if constexpr (both) by_column[j - columns.begin] += column;
  }
}

template <class T>
double folded(const pack<T>& value) {
  pack<double> sum{};
  each_part<T>(value, [&](int, const pack<double>& distances) { sum += distances; });
  return total<double, lanes<double>>(sum);
}

template <class T, int D>
void between_by(const Dense<T>& X, Range rows, Range columns, double* row_sums, double* column_sums,
                T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int R = Rows::R, W = lanes<T>;
  pack<T> by_column[COLUMNS];
  std::fill(row_sums, row_sums + rows.size(), 0.0);
  if (column_sums) std::fill(column_sums, column_sums + columns.size(), 0.0);
  for (Int c = columns.begin; c < columns.end; c += COLUMNS) {
    const Range some{c, std::min(c + COLUMNS, columns.end)};
    const auto fold = [&] {
      for (Int j = 0; column_sums && j < some.size(); ++j) {
        column_sums[some.begin - columns.begin + j] += folded<T>(by_column[j]);
        by_column[j] = pack<T>{};
      }
    };
    std::fill(by_column, by_column + COLUMNS, pack<T>{});
    Int n_tiles = 0;
    for (Int i = rows.begin; i < rows.end; i += Rows::rows) {
      const Int count = std::min<Int>(Rows::rows, rows.end - i);
      Rows tile;
      tile.read(X, i, count, scratch);
      pack<T> sum[R] = {};
      mask<T> there[R] = {};
      for (int r = 0; r < R; ++r)
        for (int l = 0; l < W; ++l) there[r][l] = r * W + l < count ? -1 : 0;
      if (!column_sums)
        add_tile<true, false, T, D>(tile, there, X, some, sum, by_column);
      else if (count == Rows::rows)
        add_tile<true, true, T, D>(tile, there, X, some, sum, by_column);
      else
        add_tile<false, true, T, D>(tile, there, X, some, sum, by_column);
      for (Int row = 0; row < count; ++row)
        row_sums[i - rows.begin + row] += double(sum[row / W][row % W]);
      if (++n_tiles % TILES == 0) fold();
    }
    fold();
  }
}

template <class T>
void between(const Dense<T>& X, Range rows, Range columns, double* row_sums, double* column_sums,
             T* scratch) {
  COVEY_BY_FEATURES(between_by, X.d, X, rows, columns, row_sums, column_sums, scratch)
}

}  // namespace

void COVEY_ADD(between)(Table& table) {
  table.f32.between = between<float>;
  table.f64.between = between<double>;
}

}  // namespace covey
