// Each kernel file puts its kernels into the table of the instruction set it was compiled for.
#pragma once

#include "kernels.hpp"

#ifndef COVEY_ISA
#define COVEY_ISA baseline
#endif

#define COVEY_JOIN_(a, b, c) a##b##_##c
#define COVEY_JOIN(a, b, c) COVEY_JOIN_(a, b, c)

/// Name of the function by which one kernel file, in one instruction set, enters the table.
#define COVEY_ADD(kernel) COVEY_JOIN(add_, kernel, COVEY_ISA)

namespace covey {

#define COVEY_DECLARE(isa)            \
  void add_nearest_##isa(Table&);     \
  void add_sums_##isa(Table&);        \
  void add_seeding_##isa(Table&);     \
  void add_distances_##isa(Table&);   \
  void add_silhouettes_##isa(Table&); \
  void add_sparse_##isa(Table&);

COVEY_DECLARE(baseline)
COVEY_DECLARE(avx2)
COVEY_DECLARE(avx512)

}  // namespace covey
