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

/// The kernel files, by their names.
#define COVEY_EACH_KERNEL(visit, isa)                                                           \
  visit(nearest, isa) visit(sums, isa) visit(seeding, isa) visit(distances, isa)                \
      visit(silhouettes, isa) visit(sparse, isa) visit(reviewing, isa) visit(transfers, isa)    \
          visit(between, isa) visit(squares, isa) visit(sparse_nearest, isa) visit(moving, isa) \
              visit(sparse_seeding, isa) visit(sieving, isa) visit(turning, isa)                \
                  visit(gridded, isa) visit(gridding, isa) visit(settling, isa)                 \
                      visit(reaching, isa) visit(nearing, isa) visit(coloring, isa)             \
                          visit(diffusing, isa)

namespace covey {

#define COVEY_DECLARE(kernel, isa) void add_##kernel##_##isa(Table&);

COVEY_EACH_KERNEL(COVEY_DECLARE, baseline)
COVEY_EACH_KERNEL(COVEY_DECLARE, avx2)
COVEY_EACH_KERNEL(COVEY_DECLARE, avx512)

}  // namespace covey
