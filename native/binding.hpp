// How a pass becomes a function of the module: nothing is converted, nothing is copied.
#pragma once

#include <nanobind/stl/pair.h>

#include "arrays.hpp"

namespace covey {
namespace {

/// One per argument: nothing is converted, so results are written where the caller looks.
template <class>
auto as_it_is() {
  return nb::arg().noconvert();
}

template <class R, class... A>
void bind_strictly(nb::module_& m, const char* name, R (*pass)(A...)) {
  m.def(name, pass, as_it_is<A>()...);
}

template <class T, class R, class... A>
void bind_dense(nb::module_& m, const char* name, R (*pass)(const Dense<T>&, A...)) {
  m.def(
      name, [pass](Matrix<const T> X, A... rest) { return pass(rows_of<T>(X), rest...); },
      as_it_is<T>(), as_it_is<A>()...);
}

template <class T, class I, class R, class... A>
void bind_sparse(nb::module_& m, const char* name, R (*pass)(const Sparse<T, I>&, A...)) {
  m.def(
      name,
      [pass](Vector<const T> data, Vector<const I> indices, Vector<const I> indptr, Int d,
             A... rest) { return pass(rows_of<T, I>(data, indices, indptr, d), rest...); },
      as_it_is<T>(), as_it_is<I>(), as_it_is<I>(), as_it_is<Int>(), as_it_is<A>()...);
}

}  // namespace
}  // namespace covey
