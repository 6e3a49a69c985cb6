// Arrays as Python gives them: what must hold of their shapes, and views for the passes.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "kernels.hpp"

namespace nb = nanobind;

namespace covey {

template <class T>
using Matrix = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Weight = std::optional<Vector<const double>>;

inline void must(bool holds, const char* what, Int wanted, Int got) {
  if (!holds)
    throw std::invalid_argument(std::string(what) + ": must be " + std::to_string(wanted) +
                                "; got " + std::to_string(got));
}

/// Refuse an array whose values straddle the addresses that processors expect them at.
template <class... How>
void must_be_aligned(const nb::ndarray<How...>& array) {
  const auto address = reinterpret_cast<std::uintptr_t>(array.data());
  if (array.size() > 0)
    must(address % array.itemsize() == 0,
         "address of an array, beyond a multiple of its values' size", 0,
         Int(address % array.itemsize()));
}
template <class A>
void must_be_aligned(const std::optional<A>& array) {
  if (array) must_be_aligned(*array);
}
template <class A>
void must_be_aligned(const A&) {}

template <class A>
void must_have(const A& array, Int size, const char* what) {
  must(Int(array.size()) == size, what, size, Int(array.size()));
}

inline const double* weights_of(const Weight& weight, Int n) {
  if (!weight) return nullptr;
  must_have(*weight, n, "length of weight, one for each row");
  return weight->data();
}

template <class T>
Centers<T> centers_of(const Matrix<const T>& centers, Int d, Int at_least = 1) {
  const Int k = Int(centers.shape(0)), width = Int(centers.shape(1));
  must(width == d, "columns of centers, one for each column of X", d, width);
  must(k >= at_least, "number of centers, at least", at_least, k);
  return {centers.data(), k, d};
}

inline void check_labels(const Label* labels, Int n, Int k) {
  const auto most = static_cast<std::uint32_t>(std::clamp<Int>(k, 0, Int{1} << 31));
  std::uint32_t beyond = 0;  // no way out of the loop, so that registers do it
  for (Int i = 0; i < n; ++i) beyond |= static_cast<std::uint32_t>(labels[i]) >= most;
  for (Int i = 0; beyond && i < n; ++i)
    must(labels[i] >= 0 && labels[i] < k, "labels, from 0 to below", k, labels[i]);
}

/// Where parts of something start, and where the last one ends.
inline void check_starts(const Int* starts, Int n_parts, const char* what) {
  must(starts[0] == 0, what, 0, starts[0]);
  for (Int p = 0; p < n_parts; ++p)
    must(starts[p + 1] >= starts[p], what, starts[p], starts[p + 1]);
}

template <class T>
Dense<T> rows_of(const Matrix<const T>& X) {
  must(X.shape(1) >= 1, "columns of X, at least", 1, 0);
  return {X.data(), Int(X.shape(0)), Int(X.shape(1))};
}

template <class T, class I>
Sparse<T, I> rows_of(const Vector<const T>& data, const Vector<const I>& indices,
                     const Vector<const I>& indptr, Int d) {
  must(indptr.size() >= 1, "length of indptr, at least", 1, 0);
  const Int n = Int(indptr.size()) - 1, nnz = Int(indptr.data()[n]);
  must(indptr.data()[0] == 0, "start of indptr", 0, Int(indptr.data()[0]));
  must(Int(data.size()) >= nnz, "length of data, at least", nnz, Int(data.size()));
  must(Int(indices.size()) >= nnz, "length of indices, at least", nnz, Int(indices.size()));
  return {data.data(), indices.data(), indptr.data(), n, d};
}

}  // namespace covey
