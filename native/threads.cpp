// A pool of threads that outlives its jobs, and who may use how much of it.
#include "threads.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif
#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace covey {
namespace {

/// How long a worker looks for the next job before it sleeps: about the time between two passes
/// of a loop in Python; waking a sleeper costs as much as a pass over 20,000 rows.
constexpr auto PATIENCE = std::chrono::microseconds(50);

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

using Body = std::function<void(Int, int)>;

/// One call of each_block: lives on the caller's stack.
struct Job {
  const Body* body;
  Int n_blocks;
  std::atomic<Int> next{0};
  std::atomic<int> worker{1};
  std::atomic<int> helpers;  // places left for workers to join
  std::atomic<bool> failed{false};
  std::exception_ptr error;

  void work(int me) {
    try {
      for (Int block; !failed && (block = next++) < n_blocks;) (*body)(block, me);
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
  }
};

/// Workers that wait for jobs. Never destroyed: at exit they sleep, and need no goodbye.
class Pool {
 public:
  std::mutex one_caller;

  void run(Job& job, int n_helpers) {
    {
      std::lock_guard lock(guard_);
      while (n_workers_ < n_helpers) {
        std::thread(&Pool::serve, this).detach();
        ++n_workers_;
      }
      job.helpers = n_helpers;
      job_ = &job;
      ++turn_;
    }
    wake_.notify_all();
    job.work(0);
    std::unique_lock lock(guard_);
    job_ = nullptr;
    idle_.wait(lock, [&] { return busy_ == 0; });
  }

 private:
  void serve() {
    for (std::uint64_t seen = 0;;) {
      const auto until = std::chrono::steady_clock::now() + PATIENCE;
      while (turn_ == seen && std::chrono::steady_clock::now() < until) std::this_thread::yield();
      std::unique_lock lock(guard_);
      wake_.wait(lock, [&] { return turn_ != seen; });
      seen = turn_;
      Job* job = job_;
      if (!job || job->helpers <= 0) continue;
      --job->helpers;
      ++busy_;
      lock.unlock();
      job->work(job->worker++);
      lock.lock();
      if (--busy_ == 0) idle_.notify_all();
    }
  }

  std::mutex guard_;
  std::condition_variable wake_, idle_;
  std::atomic<std::uint64_t> turn_{0};
  Job* job_ = nullptr;
  int n_workers_ = 0, busy_ = 0;
};

std::atomic<Pool*> the_pool{nullptr};

/// The pool; a forked child has none of its parent's threads, and so makes its own.
Pool& pool() {
#if !defined(_WIN32)
  static const int registered = pthread_atfork(nullptr, nullptr, [] { the_pool = nullptr; });
  (void)registered;
#endif
  Pool* here = the_pool;
  if (!here) {
    Pool* made = new Pool;
    if (the_pool.compare_exchange_strong(here, made)) return *made;
    delete made;  // another thread was first; no worker has started in ours
  }
  return *here;
}

}  // namespace

int threads() {
  const int n = wanted;
  return n > 0 ? n : by_environment();
}

void set_threads(int n) { wanted = std::max(0, std::min(n, 1024)); }

void each_block(Int n_blocks, int n_threads, const Body& body) {
  const int n_helpers = static_cast<int>(std::min<Int>(n_threads, n_blocks)) - 1;
  Job job{};
  job.body = &body;
  job.n_blocks = n_blocks;
  std::unique_lock<std::mutex> sole;
  if (n_helpers > 0) sole = std::unique_lock(pool().one_caller, std::try_to_lock);
  if (sole)
    pool().run(job, n_helpers);
  else
    job.work(0);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace covey

// For threadpoolctl, which finds libraries by the names of their functions.
#if defined(_WIN32)
#define COVEY_EXPORT extern "C" __declspec(dllexport)
#else
#define COVEY_EXPORT extern "C" __attribute__((visibility("default"), used))
#endif

COVEY_EXPORT int covey_get_num_threads() { return covey::threads(); }
COVEY_EXPORT void covey_set_num_threads(int n) { covey::set_threads(n); }
