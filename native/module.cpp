// Python's door: what is set for all passes; the passes have doors of their own.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "dispatch.hpp"
#include "doors.hpp"
#include "threads.hpp"

NB_MODULE(_core, m) {
  covey::bind_checked(m);
  covey::bind_rows(m);
  covey::bind_dense(m);
  covey::bind_workspace(m);
  covey::bind_bounded(m);
  covey::bind_descent(m);
  covey::bind_starts(m);
  covey::bind_optimal(m);
  covey::bind_scores(m);
  covey::bind_kinds(m);
  covey::bind_seeding(m);
  covey::bind_colors(m);
  covey::bind_interrupts(m);
  covey::bind_sparse(m);
  m.def("instruction_sets", &covey::instruction_sets);
  m.def("instruction_set", &covey::instruction_set);
  m.def("use_instruction_set", &covey::use_instruction_set);
  m.def("threads", &covey::threads);
  m.def("set_threads", &covey::set_threads);
}
