// The whole surface of the core: what a kernel is given, and the table of kernels.
#pragma once

#include <cstddef>
#include <cstdint>

namespace covey {

using Int = std::int64_t;
using Label = std::int32_t;

/// Rows one after the other.
template <class T>
struct Dense {
  using value = T;
  const T* x;  // n × d
  Int n, d;
  const T* row(Int i) const { return x + i * d; }
};

/// Compressed sparse rows; columns ascend within a row and occur once.
template <class T, class I>
struct Sparse {
  using value = T;
  const T* data;
  const I* indices;
  const I* indptr;  // n + 1
  Int n, d;
};

template <class T>
struct Centers {
  const T* at;  // k × d
  Int k, d;
  const T* row(Int j) const { return at + j * d; }
};

/// Centers as the sparse kernels and `distances` read them: one register holds several centers.
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
  /// Centers in bfloat16, to find the nearest to sparse rows: see sparse_nearest.cpp. Rows and
  /// centers are thought times `unit`, a power of two that takes the longest of them to at most 1.
  struct Panel {
    const std::uint16_t* at;     // d × stride: column f of all centers; filling 0
    const double* sq_norms;      // k: ‖c‖², without unit
    const double* sq_residuals;  // k: squared length of what rounding to bfloat16 took, with unit
    Int stride;                  // k rounded up to ACROSS
    double unit;
  };

  /// Centers that move to the means of their rows, or are only packed where `sums` is null.
  template <class T>
  struct Moving {
    T* centers;             // k × d, read and written
    const double* sums;     // k × d
    const double* weights;  // k, above 0 where moved
    const bool* moved;      // k: the others stay, in the panel too
    std::uint16_t* panel;   // d × stride
    Int k, d, stride;
    double unit;
  };

  /// Sums of squares over the columns of each center, k each.
  struct Moved {
    double* sq_norms;      // ‖c‖²
    double* sq_moves;      // how far it went
    double* sq_residuals;  // what rounding took: see Panel
  };

  /// At most CANDIDATES centers by their columns: column f of all of them is at values[at[f] ·
  /// width]. Slot 0 is for columns that are zero in each.
  struct Slots {
    static constexpr Int WIDTH = 8;  // width is this, or twice this for more centers
    const std::int32_t* at;          // d
    const double* values;            // slots × width
    const double* sq_norms;          // width; ‖c‖², filling 0
    Int width;
  };

  /// Until when rows need not be looked at: while spent[label] < due, no center can be nearer.
  struct Deadlines {
    const double* spent;  // k: how far the label's own and the fastest other center have moved
    double* due;          // n
  };

  inline constexpr Int ACROSS = 16;  // a multiple of the lanes of every register

  struct Range {
    Int begin, end;
    Int size() const { return end - begin; }
  };

  /// Where the rows of each center are summed: `copies` (1 or 4) tables of k × stride doubles. Slot
  /// d of a row is the weight, slots beyond are filling. Row i goes to copy i mod copies, so that
  /// rows of one center that follow each other don't wait for one another.
  struct Sums {
    double* at;
    Int k, d, stride, copies;
  };

  /// Doubles in a row of `Sums`: whole registers on every instruction set.
  inline constexpr Int sums_stride(Int d) { return d < 4 ? 4 : (d + 8) / 8 * 8; }

  /// Rows that a kernel takes at once; scratch and buffers are for so many.
  inline constexpr Int CHUNK = 512;

  /// Candidates that greedy seeding weighs in one sweep: 2 + ln k is less for any k below a
  /// million.
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

  /// What Hartigan's moves weigh: the clusters' weights, and what remains of a squared distance to
  /// a cluster that takes in one more row of weight one, n / (n + 1).
  template <class T>
  struct Masses {
    const T* at;     // k
    const T* grown;  // k
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
    /// the range's first row. Returns Σ w ‖x − c‖², direct and in double, when `centers` (k ×
    /// stride, slot d is 1, filling 0) are given, else 0.
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

    /// Nearest center as by `nearest`, and bounds on distances. Where rows are not exact, a row
    /// with next <= near is in doubt.
    void (*review)(const Dense<T>&, const Centers<T>&, const Unit&, Range, Found, T* scratch);

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
    void (*between)(const Dense<T>&, Range rows, Range columns, double* row_sums,
                    double* column_sums, T* scratch);

    /// Squared distances to all centers over the features that are not NaN, in double:
    /// out[(i − begin)·stride + j]; slots from k on are filling. Feature d of the centers is zeros.
    void (*squares)(const Dense<T>&, const Across<double>&, Int k, Range, double* out);
    /// Move the centers in a range of columns, and pack them; writes what the range adds to the
    /// squares of each moved center, 0 for the others.
    void (*move)(const Moving<T>&, Range columns, Moved);

    /// Silhouettes of the range of `rows`, which have their own labels `own` (n × s):
    /// out[l · out_stride + i − begin]. `sums` has room for offsets[s] × TILE_ROWS doubles.
    void (*silhouettes)(const Cells<T>&, const Dense<T>& rows, const Label* own, Range, double* out,
                        Int out_stride, double* sums, T* scratch);
  };

  template <class T, class I>
  struct SparseKernels {
    /// ‖x‖ of each row, in double.
    void (*lengths)(const Sparse<T, I>&, Range, double* out);

    /// Nearest center of each row of the range, ties to the lowest index; returns how many rows
    /// were looked at. `lengths`, `labels` and `due` are those of all rows; `labels` must be labels
    /// if there are deadlines. `scores` has room for `stride` floats.
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
