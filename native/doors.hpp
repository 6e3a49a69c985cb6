// What each file named bind_… puts into the module.
#pragma once

#include <nanobind/nanobind.h>

namespace covey {

void bind_rows(nanobind::module_& m);        // passes that dense and sparse rows share
void bind_dense(nanobind::module_& m);       // passes over dense rows alone
void bind_checked(nanobind::module_& m);     // sparse rows; before the passes over them
void bind_interrupts(nanobind::module_& m);  // binds nothing: lets signals stop a pass

}  // namespace covey
