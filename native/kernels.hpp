// The whole surface of the core: what a kernel is given, and the table of kernels.
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

/// Most rows in a tile.
inline constexpr Int TILE_ROWS = 64;

/// Values of scratch that a dense kernel may use: a tile, rows to be put into it, a register;
/// and as much again in float, and rows in doubt, for screening.
inline constexpr Int scratch_size(Int d) { return 5 * TILE_ROWS * d + 128; }

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

template <class T>
struct Kernels {
  /// Nearest center of each row, ties to the lowest index; `labels` has room for CHUNK, the range
  /// is no longer. A row whose distances all overflow T is decided in double.
  /// `sq` (room for CHUNK, or null) gets the squared distances as the lanes found them, infinite
  /// where they overflow. With a screen (or null), only rows in doubt are looked at in T; then
  /// `sq` must be null.
  void (*nearest)(const Dense<T>&, const Centers<T>&, const Screen*, Range, Label* labels, T* sq,
                  T* scratch);

  /// Nearest and second nearest center.
  void (*nearest_two)(const Dense<T>&, const Centers<T>&, Range, Label* first, Label* second,
                      T* scratch);

  /// Squared distance of each row to the center of its label: direct, in double.
  void (*own)(const Dense<T>&, const Centers<T>&, Range, const Label* labels, double* sq);

  /// Add w·x and w of each row to the sums of its label; `weight` may be null. Arrays start at
  /// the range's first row. Returns Σ w ‖x − c‖², direct and in double, when `centers` (k × stride,
  /// slot d is 1, filling 0) are given, else 0.
  double (*add_rows)(const Dense<T>&, const double* centers, Range, const Label* labels,
                     const double* weight, Sums);

  /// Σ w sq; `weight` may be null.
  double (*weigh)(const T* sq, const double* weight, Int n);

  /// Put `found` into `labels`; returns how many differed.
  Int (*relabel)(const Label* found, Label* labels, Int n);

  /// Add Σ w min(sq_closest, ‖x − c‖²) to `sums[j]` for each of at most CANDIDATES centers.
  void (*potentials)(const Dense<T>&, const Centers<T>&, Range, const double* sq_closest,
                     const double* weight, double* sums, T* scratch);

  /// Lower sq_closest to the squared distance to the one center; returns Σ w sq_closest.
  double (*lower)(const Dense<T>&, const Centers<T>&, Range, double* sq_closest,
                  const double* weight, T* scratch);

  /// Euclidean distances to all centers, out[(i − begin)·k + j].
  void (*distances)(const Dense<T>&, const Across<T>&, Int k, Range, T* out);

  /// Move the centers in a range of columns, and pack them; sq_norms[j] and sq_moves[j] get what
  /// the range adds to ‖c‖² and to the squared way of each moved center.
  void (*move)(const Moving<T>&, Range columns, double* sq_norms, double* sq_moves);

  /// Silhouettes of the range of `rows`, which have their own labels `own` (n × s):
  /// out[l · out_stride + i − begin]. `sums` has room for offsets[s] × TILE_ROWS doubles.
  void (*silhouettes)(const Cells<T>&, const Dense<T>& rows, const Label* own, Range, double* out,
                      Int out_stride, double* sums, T* scratch);
};

template <class T, class I>
struct SparseKernels {
  /// ‖x‖ of each row, in double.
  void (*lengths)(const Sparse<T, I>&, Range, double* out);

  /// Nearest center of each row of the range, ties to the lowest index; returns how many rows were
  /// looked at. `lengths`, `labels` and `due` are those of all rows; `labels` must be labels if
  /// there are deadlines. `scores` has room for `stride` floats.
  Int (*nearest)(const Sparse<T, I>&, const double* lengths, const Centers<T>&, const Panel&,
                 const Deadlines*, Range, Label* labels, float* scores);

  /// As for dense rows, for centers that are rows of X themselves or as sparse.
  void (*potentials)(const Sparse<T, I>&, const Centers<T>&, const Slots&, Range,
                     const double* sq_closest, const double* weight, double* sums);
  double (*lower)(const Sparse<T, I>&, const Centers<T>&, const Slots&, Range, double* sq_closest,
                  const double* weight);

  /// Squared distance to one center for all rows, or to the center of each label: in double.
  void (*own)(const Sparse<T, I>&, const Centers<T>&, const double* sq_norms, Range,
              const Label* labels, double* sq);

  /// Euclidean distances to all centers.
  void (*distances)(const Sparse<T, I>&, const Centers<T>&, const Across<T>&, Range, T* out,
                    double* scores);
};

struct Table {
  const char* name;
  Kernels<float> f32;
  Kernels<double> f64;
  SparseKernels<float, std::int32_t> f32_i32;
  SparseKernels<float, std::int64_t> f32_i64;
  SparseKernels<double, std::int32_t> f64_i32;
  SparseKernels<double, std::int64_t> f64_i64;
};

/// The table in use: the widest that this processor has, COVEY_ISA, or what was forced.
const Table& table();

template <class T>
const Kernels<T>& kernels();
template <class T, class I>
const SparseKernels<T, I>& sparse_kernels();

}  // namespace covey
