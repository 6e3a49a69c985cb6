// What kernels are given: rows, centers, and where results go.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sparse_views.hpp"

namespace covey {

/// Rows one after the other.
template <class T>
struct Dense {
  using value = T;
  const T* x;  // n × d
  Int n, d;
  const T* row(Int i) const { return x + i * d; }
};

template <class T>
struct Centers {
  const T* at;  // k × d
  Int k, d;
  const T* row(Int j) const { return at + j * d; }
};

/// Centers as `distances` reads them: one register holds several centers.
template <class T>
struct Across {
  const T* at;             // d × stride; columns from k on are zero
  const double* sq_norms;  // stride; ‖c‖²
  Int stride;              // k rounded up to ACROSS
  const T* feature(Int f) const { return at + f * stride; }
};

/// Centers rounded to float, to find the nearest of them for rows in double: see screened.hpp.
struct Screen {
  const float* at;      // k × d: c − shift
  const double* shift;  // d: about where the centers lie
  float reach;          // most ‖c − shift‖
};

/// How exact the rows and centers are that a review sees, and what its distances are told in.
struct Unit {
  double scale = 1;  // distances are told in units of 1 / scale
  float reach = 0;   // both were rounded to float, and no center is longer than this; 0: exact
  float tail = 0;    // the last feature is the length of what was left out; no center's is longer
};

/// What a review finds: room for CHUNK + TILE_ROWS.
struct Found {
  Label* label;
  float *low, *near;  // bounds on the distance to the nearest center
  float* next;        // lower bound on the distance to every other center; < near: in doubt
};

/// Few orthonormal axes.
struct Axes {
  const double* at;  // d × stride; filling 0
  Int d, p, stride;
  const double* shift;  // d
  double scale;
};

/// What rounding one row to bytes gives: their sum, that of their squares, and the squared length
/// of what was rounded away.
struct Rounded {
  std::int32_t sum, sq;
  double sq_off;
};

/// Rows rounded to a byte a value: see coarse.hpp.
struct Coarse {
  const std::int8_t* rows = nullptr;    // n × stride; null: there are none
  const std::int32_t* facts = nullptr;  // n × 2: sum of the squares and of the values
  const float* off = nullptr;           // n: length of what was rounded away, in steps
  Int n = 0, d = 0, stride = 0;
  const double* shift = nullptr;  // d
  double step = 1;
};

/// Centers of a block of a sieve.
inline constexpr Int SIEVE_CENTERS = 64;

/// Centers rounded the same way, their bytes + 128. The score of a center for a row is
/// x̂·(ĉ + 128) − ⌊‖ĉ‖² / 2⌋: the greater, the nearer.
struct Sieve {
  const std::uint8_t* panel;  // blocks × stride / 4 × SIEVE_CENTERS × 4
  const std::uint8_t* rows;   // k × stride
  const std::int32_t* half;   // k filled up to whole blocks: −⌊‖ĉ‖² / 2⌋; filling is never near
  const float* off;           // k
  float most_off;
  Int k, stride, quads;  // quads: fours of features
};

/// What a sieve leaves of each row's centers: those with scores of at least the row's limit.
struct Sieved {
  static constexpr Int MOST = 64;
  Label* label;         // n × MOST
  std::int32_t* score;  // n × MOST
  std::int32_t* count;  // n; above MOST: not all were put down
  std::int32_t* rest;   // n: the greatest score of any other center
};

inline constexpr Int ACROSS = 16;  // a multiple of the lanes of every register

struct Range {
  Int begin, end;
  Int size() const { return end - begin; }
};

/// Where the rows of each center are summed: `copies` (1 or 4) tables of k × stride doubles. Slot d
/// of a row is the weight, slots beyond are filling. Row i goes to copy i mod copies, so that rows
/// of one center that follow each other don't wait for one another.
struct Sums {
  double* at;
  Int k, d, stride, copies;
};

/// Doubles in a row of `Sums`: whole registers on every instruction set.
inline constexpr Int sums_stride(Int d) { return d < 4 ? 4 : (d + 8) / 8 * 8; }

/// Rows that a kernel takes at once; scratch and buffers are for so many.
inline constexpr Int CHUNK = 512;

/// Candidates that greedy seeding weighs in one sweep: 2 + ln k is less for any k below a million.
inline constexpr Int CANDIDATES = 16;

/// Rows of a tile on the grid; those that it has room for come in steps; pairs of features whose
/// products are summed in whole numbers before they go on in float.
inline constexpr Int GRID_ROWS = 16, GRID_STEP = 32, GRID_GROUP = 16;

/// Values looked at side by side for what they reach, a multiple of 1, 2, 3, 4, 6 and 8; where
/// whole numbers are as large as that, they are held to this.
inline constexpr Int REACH_ROOM = 48;
inline constexpr int LARGE_WHOLE = 1 << 24;

/// Most rows in a tile.
inline constexpr Int TILE_ROWS = 64;

/// Values of scratch that a dense kernel may use: a tile, rows to be put into it, a register;
/// and as much again in float, and rows in doubt, for screening.
inline constexpr Int scratch_size(Int d) { return 5 * TILE_ROWS * d + 128; }

/// Rows on a grid, in tiles: one pair of features of GRID_ROWS rows, two halves of 32 bits each;
/// then the next pair. There is room for whole GRID_STEPs of rows.
struct Grid {
  const std::int32_t* at;
  Int n, pairs;
  const std::int32_t* row(Int i) const {
    return at + i / GRID_ROWS * pairs * GRID_ROWS + i % GRID_ROWS;
  }
};

/// Candidates on the same grid, and their squared norms over each GRID_GROUP pairs.
struct Trials {
  const std::int32_t* at;        // m × pairs
  const std::int32_t* sq_norms;  // m × groups
  Int m;
  float slack;  // most that the grid changes a distance by, in its units
};

/// Labelings of the rows whose silhouettes are asked, as the kernel reads them.
template <class T>
struct Cells {
  Dense<T> columns;     // all n rows, sorted by cell: a cell is one combination of labels
  const Int* starts;    // n_cells + 1
  const Label* labels;  // n_cells × s: label of the cell in each labeling
  const Int* sizes;     // Σ n_labels: rows of each label of each labeling
  const Int* offsets;   // s + 1: where each labeling's labels start in `sizes`
  Int n_cells, s;
};

/// What Hartigan's moves weigh: the clusters' weights, and what remains of a squared distance to a
/// cluster that takes in one more row of weight one, n / (n + 1).
template <class T>
struct Masses {
  const T* at;     // k
  const T* grown;  // k
};

}  // namespace covey
