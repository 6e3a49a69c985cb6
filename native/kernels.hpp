// The whole surface of the core: the table of kernels.
#pragma once

#include "swatches.hpp"

namespace covey {

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

  /// Squared distances of one row to n centers, added up in the order of `nearest`; d > 8.
  void (*in_order)(const T* x, const Centers<T>&, const Label* which, Int n, T* sq);

  /// The same added up by lanes, which is quick and off by (d + 3)u at most too.
  void (*measure)(const T* x, const Centers<T>&, const Label* which, Int n, T* sq);

  /// Add w·x and w of each row to the sums of its label; `weight` may be null. Arrays start at
  /// the range's first row. Returns Σ w ‖x − c‖², direct and in double, when `centers` (k × stride,
  /// slot d is 1, filling 0) are given, else 0.
  double (*add_rows)(const Dense<T>&, const double* centers, Range, const Label* labels,
                     const double* weight, Sums);

  /// Add x − shift and its square to `sum` and `square`, for n times `period` values that follow
  /// each other.
  void (*spread)(const T* x, Int n, Int period, const double* shift, double* sum, double* square);

  /// Σ w sq; `weight` may be null.
  double (*weigh)(const T* sq, const double* weight, Int n);

  /// Put `found` into `labels`; returns how many differed.
  Int (*relabel)(const Label* found, Label* labels, Int n);

  /// Offsets of the rows that must be looked at again, those with due <= clock, into `rows` (room
  /// for n and a register); returns how many. See reviewing.cpp.
  Int (*overdue)(const float* due, float clock, Int n, std::int32_t* rows);

  /// Nearest center as by `nearest`, and bounds on distances. Where rows are not exact, a row with
  /// next <= near is in doubt.
  void (*review)(const Dense<T>&, const Centers<T>&, const Unit&, Range, Found, T* scratch);

  /// Rows on the axes, n × (p + 1), after the last of them what they leave out; scratch is for
  /// 4 · (d + stride) doubles.
  void (*turn)(const Dense<T>&, const Axes&, Range, float* out, double* scratch);

  /// Make n rows orthonormal, as the first are already; doubles only. Returns how many are.
  Int (*orthonormal)(double* rows, Int given, Int n, Int d);

  /// (x − shift) · per_step, rounded to −127 … 127.
  Rounded (*to_bytes)(const T* x, Int d, const double* shift, double per_step, std::int8_t* to);

  /// Bring least and most, of `period` values that follow each other, up to date with n times as
  /// many; `off` of those that are no whole numbers is set. period is at most REACH_ROOM.
  void (*reach)(const T* x, Int n, Int period, T* least, T* most, std::int32_t* off);

  /// Copy the rows at n offsets.
  void (*pick)(const Dense<T>&, const std::int32_t* rows, Int n, T* to);

  /// Write when n rows are due, at the offsets `rows` or (null) the first n.
  void (*defer)(const std::int32_t* rows, const Found&, float clock, Int n, float* due);

  /// Those of n rows, at the offsets `rows` or (null) the first n, whose label is not the one
  /// found, as offset · 2³² + label found; returns how many.
  Int (*differing)(const std::int32_t* rows, const Label* found, const Label* labels, Int n,
                   std::uint64_t* changes);

  /// Take n such rows from the sums of their labels to those of the labels found: those of the
  /// features in the range, of which the last is d, the weight.
  void (*settle)(const Dense<T>&, const std::uint64_t* changes, Int n, const double* weight,
                 const Label* labels, Range features, Sums);

  /// Add Σ w min(sq_closest, ‖x − c‖²) to `sums[j]` for each of at most CANDIDATES centers.
  void (*potentials)(const Dense<T>&, const Centers<T>&, Range, const double* sq_closest,
                     const double* weight, double* sums, T* scratch);

  /// Lower sq_closest to the squared distance to the one center; returns Σ w sq_closest.
  double (*lower)(const Dense<T>&, const Centers<T>&, Range, double* sq_closest,
                  const double* weight, T* scratch);

  /// Least and greatest value of each feature: lowers `low` and raises `high` (d each).
  void (*extent)(const Dense<T>&, Range, T* low, T* high);

  /// Put rows on a grid: (x − shift) · scale, rounded to whole numbers; see grid.hpp. The range
  /// starts with a tile; what fills the last one is 0.
  void (*round_to_grid)(const Dense<T>&, Range, const double* shift, double scale,
                        std::int32_t* to);

  /// Add to `gained[j]` what each candidate would take from Σ w sq of a block, as the grid has it;
  /// set the bits of the rows that it may come nearer to than sq. `weight` (or null) is filled up
  /// as sq is. See gridded.cpp.
  void (*weigh_on_grid)(const Grid&, const Trials&, Range, const float* sq, const float* weight,
                        double* gained, std::uint16_t* nearer);

  /// Lower sq to the squared distance to the center, direct, in double, times scale²: of the
  /// rows whose bits are set (null: all), `lowered` chunks of which are marked.
  void (*come_nearer)(const Dense<T>&, const T* center, double scale, Range,
                      const std::uint16_t* nearer, float* sq, bool* lowered);

  /// For each row the cluster that it had better be moved to, with means that follow, or −1 (then
  /// staying is best as far as T can tell). `labels` and `weight` (or null) start at the range's
  /// first row.
  void (*transfers)(const Dense<T>&, const Centers<T>&, const Masses<T>&, Range,
                    const Label* labels, const double* weight, Label* targets, T* scratch);

  /// Euclidean distances to all centers, out[(i − begin)·k + j].
  void (*distances)(const Dense<T>&, const Across<T>&, Int k, Range, T* out);

  /// Sums of Euclidean distances between two ranges of rows, each distance computed once: of each
  /// row to all columns, and of each column to all rows (`column_sums` is null where the columns
  /// are the rows). Both are overwritten.
  void (*between)(const Dense<T>&, Range rows, Range columns, double* row_sums, double* column_sums,
                  T* scratch);

  /// Squared distances to all centers over the features that are not NaN, in double:
  /// out[(i − begin)·stride + j]; slots from k on are filling. Feature d of the centers is zeros.
  void (*squares)(const Dense<T>&, const Across<double>&, Int k, Range, double* out);

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

/// Kernels of bytes.
struct CoarseKernels {
  /// Scores of one center for each of n rows.
  void (*scores)(const std::int8_t* const* rows, Int n, const Sieve&, const Label* centers,
                 std::int32_t* out);
  /// Centers whose scores reach the limits of n rows.
  void (*sieve)(const std::int8_t* const* rows, Int n, const Sieve&, const std::int32_t* limits,
                Sieved);
  bool quick;  // quicker than floats
};

struct Table {
  const char* name;
  CoarseKernels coarse;
  ColorKernels colors;
  Kernels<float> f32;
  Kernels<double> f64;
  SparseKernels<float, std::int32_t> f32_i32;
  SparseKernels<float, std::int64_t> f32_i64;
  SparseKernels<double, std::int32_t> f64_i32;
  SparseKernels<double, std::int64_t> f64_i64;
};

/// The table in use: the widest that this processor has, COVEY_ISA, or what was forced.
const Table& table();
/// Whether the processor multiplies bytes by one instruction.
bool multiplies_bytes();

template <class T>
const Kernels<T>& kernels();
template <class T, class I>
const SparseKernels<T, I>& sparse_kernels();

}  // namespace covey
