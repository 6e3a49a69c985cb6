// Exact silhouettes for several labelings at once: each distance is computed once.
//
// Rows are in lanes; columns (all rows again) come sorted by cell, a cell being one combination
// of labels. Within a cell every distance belongs to the same clusters, so it is added to one
// register, which is folded into the sums of each labeling's cluster where the cell ends.
#include "stopping.hpp"
#include "tables.hpp"
#include "tile.hpp"

namespace covey {
namespace {

/// Distances added in T before they go to double: keeps the relative error of float below 2⁻¹⁶.
constexpr Int FLUSH = 256;

/// Add to `cell` the distances of a tile's rows to the columns of one cell.
template <class T, int D>
void add_cell(const Tile<T, D>& tile, const Dense<T>& columns, Int begin, Int end, double* cell) {
  using Rows = Tile<T, D>;
  std::fill(cell, cell + Rows::rows, 0.0);
  for (Int from = begin; from < end; from += FLUSH) {
    pack<T> sum[Rows::R] = {};
    const Int to = std::min(from + FLUSH, end);
    for (Int j = from; j < to; ++j) {
      pack<T> sq[1][Rows::R];
      sq_distances<1, T, D>(tile, columns.x + j * Rows::features(columns.d), columns.d, sq);
      COVEY_UNROLL
      for (int r = 0; r < Rows::R; ++r) sum[r] += near_root(sq[0][r]);
    }
    columns.d < 64 ? may_stop_at(from / FLUSH) : may_stop();
    COVEY_UNROLL
    for (int r = 0; r < Rows::R; ++r)
      each_part<T>(sum[r], [&](int q, pack<double> distances) {
        double* at = cell + r * lanes<T> + q * lanes<double>;
        store(at, load<pack<double>>(at) + distances);
      });
  }
}

/// Score of one row: `sums` steps by `rows` from label to label.
double score(const double* sums, int rows, const Int* sizes, Int n_labels, Label own) {
  double other = infinity<double>;
  for (Int label = 0; label < n_labels; ++label)
    if (label != own && sizes[label] > 0)
      other = std::min(other, sums[label * rows] / double(sizes[label]));
  if (!(other < infinity<double>)) return std::numeric_limits<double>::quiet_NaN();
  if (sizes[own] <= 1) return 0.0;
  const double within = sums[own * rows] / double(sizes[own] - 1);
  const double most = std::max(within, other);
  return most > 0 ? (other - within) / most : 0.0;
}

template <class T, int D>
void silhouettes_by(const Cells<T>& cells, const Dense<T>& X, const Label* own, Range range,
                    double* out, Int out_stride, double* sums, T* scratch) {
  using Rows = Tile<T, D>;
  constexpr int N = lanes<double>;
  const Int s = cells.s;
  for (Int i = range.begin; i < range.end; i += Rows::rows) {
    const Int count = std::min<Int>(Rows::rows, range.end - i);
    Rows tile;
    tile.read(X, i, count, scratch);
    std::fill(sums, sums + cells.offsets[s] * Rows::rows, 0.0);
    for (Int c = 0; c < cells.n_cells; ++c) {
      double cell[Rows::rows];
      add_cell<T, D>(tile, cells.columns, cells.starts[c], cells.starts[c + 1], cell);
      for (Int l = 0; l < s; ++l) {
        double* to = sums + (cells.offsets[l] + cells.labels[c * s + l]) * Rows::rows;
        for (int r = 0; r < Rows::rows; r += N)
          store(to + r, load<pack<double>>(to + r) + load<pack<double>>(cell + r));
      }
    }
    for (Int row = 0; row < count; ++row)
      for (Int l = 0; l < s; ++l) {
        const Int from = cells.offsets[l], n_labels = cells.offsets[l + 1] - from;
        out[l * out_stride + i - range.begin + row] =
            score(sums + from * Rows::rows + row, Rows::rows, cells.sizes + from, n_labels,
                  own[(i + row) * s + l]);
      }
  }
}

template <class T>
void silhouettes(const Cells<T>& cells, const Dense<T>& X, const Label* own, Range range,
                 double* out, Int out_stride, double* sums, T* scratch) {
  COVEY_BY_FEATURES(silhouettes_by, X.d, cells, X, own, range, out, out_stride, sums, scratch)
}

}  // namespace

void COVEY_ADD(silhouettes)(Table& table) {
  table.f32.silhouettes = silhouettes<float>;
  table.f64.silhouettes = silhouettes<double>;
}

}  // namespace covey
