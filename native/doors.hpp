// What each file named bind_… puts into the module.
#pragma once

#include <nanobind/nanobind.h>

namespace covey {

void bind_rows(nanobind::module_& m);    // passes that dense and sparse rows share
void bind_dense(nanobind::module_& m);   // passes over dense rows alone
void bind_sparse(nanobind::module_& m);  // passes of the loop over sparse rows

}  // namespace covey
