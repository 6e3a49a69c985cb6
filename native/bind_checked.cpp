// Python's door to sparse rows, which passes take once they are checked.
#include "binding.hpp"
#include "doors.hpp"

namespace covey {
namespace {

template <class T, class I>
Checked<T, I> checked_rows(Vector<const T> data, Vector<const I> indices, Vector<const I> indptr,
                           Int d) {
  return {data, indices, indptr, d};
}

template <class T, class I>
void bind(nb::module_& m, const char* name) {
  nb::class_<Checked<T, I>>(m, name);
  bind_strictly(m, "checked_rows", checked_rows<T, I>);
}

}  // namespace

void bind_checked(nb::module_& m) {
  bind<float, std::int32_t>(m, "Rows_f32_i32");
  bind<float, std::int64_t>(m, "Rows_f32_i64");
  bind<double, std::int32_t>(m, "Rows_f64_i32");
  bind<double, std::int64_t>(m, "Rows_f64_i64");
}

}  // namespace covey
