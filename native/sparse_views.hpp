// What the sparse kernels are given.
#pragma once

#include <cstdint>

namespace covey {

using Int = std::int64_t;
using Label = std::int32_t;

/// Compressed sparse rows; columns ascend within a row and occur once.
template <class T, class I>
struct Sparse {
  using value = T;
  const T* data;
  const I* indices;
  const I* indptr;  // n + 1
  Int n, d;
};

/// Centers in float, to find the nearest to sparse rows: see sparse_nearest.cpp. Rows and centers
/// are thought times `unit`, a power of two that takes the longest of them to at most 1.
struct Panel {
  const float* at;         // d × stride: column f of all centers; filling 0
  const double* sq_norms;  // k: ‖c‖², without unit
  Int stride;              // k rounded up to ACROSS
  double unit;
};

/// Centers that move to the means of their rows, or are only packed where `sums` is null.
template <class T>
struct Moving {
  T* centers;             // k × d, read and written
  const double* sums;     // k × d
  const double* weights;  // k, above 0 where moved
  const bool* moved;      // k: the others stay, in the panel too
  float* panel;           // d × stride
  Int k, d, stride;
  double unit;
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

}  // namespace covey
