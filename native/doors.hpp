// What each file named bind_… puts into the module.
#pragma once

#include <nanobind/nanobind.h>

namespace covey {

void bind_rows(nanobind::module_& m);        // passes that dense and sparse rows share
void bind_dense(nanobind::module_& m);       // passes over dense rows alone
void bind_workspace(nanobind::module_& m);   // what a fit makes of its rows beforehand
void bind_bounded(nanobind::module_& m);     // passes that leave rows out by bounds
void bind_descent(nanobind::module_& m);     // single rows moved; many starts led downhill
void bind_starts(nanobind::module_& m);      // Lloyd's iterations from several starts
void bind_optimal(nanobind::module_& m);     // optimal clusters of one feature
void bind_scores(nanobind::module_& m);      // what scores of a labeling are made of
void bind_kinds(nanobind::module_& m);       // passes of other kinds of k-means
void bind_checked(nanobind::module_& m);     // sparse rows; before the passes over them
void bind_sparse(nanobind::module_& m);      // passes of the loop over sparse rows
void bind_seeding(nanobind::module_& m);     // greedy k-means++ as a whole
void bind_colors(nanobind::module_& m);      // colors counted, clustered, dithered
void bind_interrupts(nanobind::module_& m);  // binds nothing: lets signals stop a pass

}  // namespace covey
