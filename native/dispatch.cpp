// Picks a table once, by what the processor and its operating system can do; tests force one.
#include "dispatch.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include "tables.hpp"

#ifdef COVEY_X86
#include <cpuid.h>
#endif

namespace covey {
namespace {

#define COVEY_ENTER(kernel, isa) add_##kernel##_##isa(made);
#define COVEY_TABLE(isa)                  \
  const Table& table_##isa() {            \
    static const Table table = [] {       \
      Table made{};                       \
      made.name = #isa;                   \
      COVEY_EACH_KERNEL(COVEY_ENTER, isa) \
      return made;                        \
    }();                                  \
    return table;                         \
  }

COVEY_TABLE(baseline)
#ifdef COVEY_X86
COVEY_TABLE(avx2)
COVEY_TABLE(avx512)
#endif

#ifdef COVEY_X86
/// What the processor can do and the operating system saves: a register set that a task switch
/// loses is of no use. (Asked by hand: __builtin_cpu_supports does not link with clang-cl.)
struct Cpu {
  bool avx2 = false, avx512 = false, vnni = false;

  Cpu() {
    unsigned a, b, c, d, low, high;
    constexpr unsigned FMA = 1u << 12, OSXSAVE = 1u << 27, AVX = 1u << 28;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & (FMA | OSXSAVE | AVX)) != (FMA | OSXSAVE | AVX))
      return;
    asm volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));  // xgetbv
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    constexpr unsigned AVX2 = 1u << 5, F = 1u << 16, DQ = 1u << 17, BW = 1u << 30, VL = 1u << 31;
    constexpr unsigned YMM = 0x06, ZMM = 0xe6;
    avx2 = (b & AVX2) && (low & YMM) == YMM;
    avx512 = avx2 && (b & (F | DQ | BW | VL)) == (F | DQ | BW | VL) && (low & ZMM) == ZMM;
    constexpr unsigned VNNI = 1u << 11;
    vnni = avx512 && (c & VNNI);
  }
};
#endif

/// Tables that can run here, narrowest first.
const std::vector<const Table*>& runnable() {
  static const std::vector<const Table*> tables = [] {
    std::vector<const Table*> found{&table_baseline()};
#ifdef COVEY_X86
    const Cpu cpu;
    if (cpu.avx2) found.push_back(&table_avx2());
    if (cpu.avx512) found.push_back(&table_avx512());
#endif
    return found;
  }();
  return tables;
}

const Table* named(const std::string& name) {
  std::string known;
  for (const Table* each : runnable()) {
    if (each->name == name) return each;
    known += (known.empty() ? "'" : ", '") + std::string(each->name) + "'";
  }
  throw std::invalid_argument("instruction set must be one that this machine runs (" + known +
                              "); got '" + name + "'; pass one of these or 'auto'");
}

const Table* automatic() {
  const char* wish = std::getenv("COVEY_ISA");
  return wish && *wish && std::string(wish) != "auto" ? named(wish) : runnable().back();
}

std::atomic<const Table*>& current() {
  static std::atomic<const Table*> in_use{automatic()};
  return in_use;
}

}  // namespace

bool multiplies_bytes() {
#ifdef COVEY_X86
  return Cpu().vnni;
#else
  return false;
#endif
}

const Table& table() { return *current().load(std::memory_order_relaxed); }

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const Table* each : runnable()) names.emplace_back(each->name);
  return names;
}

std::string instruction_set() { return table().name; }

void use_instruction_set(const std::string& name) {
  current() = name == "auto" ? automatic() : named(name);
}

template <>
const Kernels<float>& kernels() {
  return table().f32;
}
template <>
const Kernels<double>& kernels() {
  return table().f64;
}
template <>
const SparseKernels<float, std::int32_t>& sparse_kernels() {
  return table().f32_i32;
}
template <>
const SparseKernels<float, std::int64_t>& sparse_kernels() {
  return table().f32_i64;
}
template <>
const SparseKernels<double, std::int32_t>& sparse_kernels() {
  return table().f64_i32;
}
template <>
const SparseKernels<double, std::int64_t>& sparse_kernels() {
  return table().f64_i64;
}

}  // namespace covey
