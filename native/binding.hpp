// How a pass becomes a function of the module: nothing is converted, nothing is copied.
#pragma once

#include <nanobind/stl/pair.h>

#include "checked.hpp"

namespace covey {
namespace {

/// One per argument: nothing is converted, so results are written where the caller looks.
template <class>
auto as_it_is() {
  return nb::arg().noconvert();
}

template <class R, class... A>
void bind_strictly(nb::module_& m, const char* name, R (*pass)(A...)) {
  m.def(
      name,
      [pass](A... given) {
        (must_be_aligned(given), ...);
        return pass(given...);
      },
      as_it_is<A>()...);
}

template <class T, class R, class... A>
void bind_dense(nb::module_& m, const char* name, R (*pass)(const Dense<T>&, A...)) {
  m.def(
      name,
      [pass](Matrix<const T> X, A... rest) {
        must_be_aligned(X);
        (must_be_aligned(rest), ...);
        return pass(rows_of<T>(X), rest...);
      },
      as_it_is<T>(), as_it_is<A>()...);
}

template <class T, class I, class R, class... A>
void bind_sparse(nb::module_& m, const char* name, R (*pass)(const Sparse<T, I>&, A...)) {
  m.def(
      name,
      [pass](const Checked<T, I>& X, A... rest) {
        (must_be_aligned(rest), ...);
        return pass(X.rows, rest...);
      },
      as_it_is<T>(), as_it_is<A>()...);
}

}  // namespace
}  // namespace covey
