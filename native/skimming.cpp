// Nearest center of rows with many features, by any order of summing: features in lanes.
//
// A tile of 16 rows with hundreds of features doesn't fit in the first cache, and putting rows
// into lanes costs as much as several centers. Here a few rows meet a few centers, all read as they
// lie, and the lanes are added up at the end. What comes of it is not bit for bit what `nearest`
// compares, so a row is decided only where no rounding could matter (see `Found`).
#include "bounds.hpp"
#include "tables.hpp"

namespace covey {
namespace {

/// Squared distances of R rows to C centers, each the sum of one register's lanes.
template <class T, int R, int C>
void sq_distances_of(const T* const (&row)[R], const T* const (&center)[C], Int d,
                     pack<T> (&sq)[R * C]) {
  constexpr int W = lanes<T>;
  COVEY_UNROLL
  for (int p = 0; p < R * C; ++p) sq[p] = pack<T>{};
  const auto add = [&](const pack<T>(&x)[R], const pack<T>(&c)[C]) {
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) {
      COVEY_UNROLL
      for (int j = 0; j < C; ++j) {
        const pack<T> difference = x[r] - c[j];
        sq[r * C + j] += difference * difference;
      }
    }
  };
  pack<T> x[R], c[C];
  Int f = 0;
  for (; f + W <= d; f += W) {
    COVEY_UNROLL
    for (int r = 0; r < R; ++r) x[r] = load<pack<T>>(row[r] + f);
    COVEY_UNROLL
    for (int j = 0; j < C; ++j) c[j] = load<pack<T>>(center[j] + f);
    add(x, c);
  }
  if (f == d) return;
  T rest[W] = {};
  const auto padded = [&](const T* from) {
    std::copy(from + f, from + d, rest);
    return load<pack<T>>(rest);
  };
  for (int r = 0; r < R; ++r) x[r] = padded(row[r]);
  for (int j = 0; j < C; ++j) c[j] = padded(center[j]);
  add(x, c);
}

constexpr int ROWS = 4, CENTERS = COVEY_WIDTH == 64 ? 4 : 2;

/// Nearest and second nearest of all centers for ROWS rows.
template <class T>
void nearest_of(const T* const (&row)[ROWS], const Centers<T>& centers, T (&best)[ROWS],
                T (&next)[ROWS], Label (&label)[ROWS]) {
  std::fill(best, best + ROWS, infinity<T>);
  std::fill(next, next + ROWS, infinity<T>);
  std::fill(label, label + ROWS, 0);
  for (Int j = 0; j < centers.k; j += CENTERS) {
    const T* center[CENTERS];
    for (int c = 0; c < CENTERS; ++c) center[c] = centers.row(std::min(j + c, centers.k - 1));
    pack<T> sq[ROWS * CENTERS];
    sq_distances_of<T, ROWS, CENTERS>(row, center, centers.d, sq);
    const int here = static_cast<int>(std::min<Int>(CENTERS, centers.k - j));
    for (int r = 0; r < ROWS; ++r)
      for (int c = 0; c < here; ++c) {
        const T found = total<T, lanes<T>>(sq[r * CENTERS + c]);
        const bool closer = found < best[r];
        next[r] = std::min(next[r], std::max(found, best[r]));
        label[r] = closer ? static_cast<Label>(j + c) : label[r];
        best[r] = std::min(found, best[r]);
      }
  }
}

template <class T>
void skim(const Dense<T>& X, const Centers<T>& centers, const Unit& unit, Range range, Found out,
          T*) {
  T best[TILE_ROWS], next[TILE_ROWS], left_out[TILE_ROWS];
  for (Int i = range.begin; i < range.end; i += TILE_ROWS) {
    const Int count = std::min(TILE_ROWS, range.end - i), at = i - range.begin;
    for (Int r = 0; r < TILE_ROWS; r += ROWS) {
      if (r >= count) {
        for (int s = 0; s < ROWS; ++s) best[r + s] = next[r + s] = left_out[r + s] = 0;
        continue;
      }
      const T* row[ROWS];
      for (int s = 0; s < ROWS; ++s) row[s] = X.row(i + std::min(r + s, count - 1));
      T some_best[ROWS], some_next[ROWS];
      Label label[ROWS];
      nearest_of(row, centers, some_best, some_next, label);
      for (int s = 0; s < ROWS; ++s) {
        best[r + s] = some_best[s], next[r + s] = some_next[s];
        left_out[r + s] = unit.tail > 0 ? row[s][X.d - 1] * T(4 * unit.tail) : T(0);
        out.label[at + r + s] = label[s];
      }
    }
    for (Int r = 0; r < TILE_ROWS; r += lanes<T>)
      store_bounds<T>(out, at + r, load<pack<T>>(best + r), load<pack<T>>(next + r),
                      load<pack<T>>(left_out + r), unit, X.d);
  }
}

}  // namespace

void COVEY_ADD(skimming)(Table& table) {
  table.f32.skim = skim<float>;
  table.f64.skim = skim<double>;
}

}  // namespace covey
