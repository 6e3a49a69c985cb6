// Who may use how many threads: the environment, the processors, the control group, the caller.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "threads.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

namespace covey {
namespace {

int positive(const char* variable) {
  const char* text = std::getenv(variable);
  const long value = text ? std::strtol(text, nullptr, 10) : 0;
  return value > 0 ? static_cast<int>(std::min(value, 1024L)) : 1024;
}

/// Processors' worth of time that the control group grants, rounded up.
int granted() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 1024;
  const double share = std::strtod(quota.c_str(), nullptr) / period;
  return share > 0 ? static_cast<int>(share + 0.999) : 1024;
}

int processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    return std::max(1, std::min(CPU_COUNT(&set), granted()));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int by_environment() {
  static const int n =
      std::min({positive("OMP_NUM_THREADS"), positive("COVEY_NUM_THREADS"), processors()});
  return n;
}

std::atomic<int> wanted{0};

}  // namespace

int threads() {
  const int n = wanted;
  return n > 0 ? n : by_environment();
}

void set_threads(int n) { wanted = std::max(0, std::min(n, 1024)); }

}  // namespace covey

// For threadpoolctl, which finds libraries by the names of their functions.
#if defined(_WIN32)
#define COVEY_EXPORT extern "C" __declspec(dllexport)
#else
#define COVEY_EXPORT extern "C" __attribute__((visibility("default"), used))
#endif

COVEY_EXPORT int covey_get_num_threads() { return covey::threads(); }
COVEY_EXPORT void covey_set_num_threads(int n) { covey::set_threads(n); }
