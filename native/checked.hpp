// Sparse rows that Python gave, looked at once: what leads out of the arrays is refused here, so
// that no pass has to look again.
#pragma once

#include "arrays.hpp"

namespace covey {

/// Most columns: beyond, no row of centers could be held, and products of sizes might overflow.
inline constexpr Int MOST_COLUMNS = Int{1} << 40;

/// Keeps the arrays alive that `rows` points into.
template <class T, class I>
struct Checked {
  Vector<const T> data;
  Vector<const I> indices, indptr;
  Sparse<T, I> rows;

  Checked(Vector<const T> values, Vector<const I> columns, Vector<const I> starts, Int d)
      : data(values),
        indices(columns),
        indptr(starts),
        rows(rows_of<T, I>(data, indices, indptr, d)) {
    must(d >= 0 && d <= MOST_COLUMNS, "columns of sparse rows, from 0 to", MOST_COLUMNS, d);
    for (Int i = 0; i < rows.n; ++i) {
      const Int begin = Int(rows.indptr[i]), end = Int(rows.indptr[i + 1]);
      must(end >= begin && end <= Int(indices.size()), "indptr, rising to the next row, at least",
           begin, end);
      Int before = -1;
      for (Int p = begin; p < end; ++p) {
        const Int column = Int(rows.indices[p]);
        must(column < d, "column of a sparse row, below", d, column);
        must(column > before, "column of a sparse row, rising from one to the next, at least",
             before + 1, column);
        before = column;
      }
    }
  }
};

}  // namespace covey
