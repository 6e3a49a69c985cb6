// A pool of threads that outlives its jobs, and how a job is stopped.
#include "threads.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#if !defined(_WIN32)
#include <pthread.h>
#endif

namespace covey {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a worker looks for the next job before it sleeps: about the time between two passes
/// of a loop in Python; waking a sleeper costs as much as a pass over 20,000 rows.
constexpr auto PATIENCE = std::chrono::microseconds(50);

/// Between two looks at whether to stop. A look may wait 5 ms for the interpreter's lock.
constexpr auto LOOK = std::chrono::milliseconds(50);

/// Where questions follow each other so soon, the clock is read at one in eight: reading it at each
/// cost 5 % of a pass over a million single floats.
constexpr auto SOON = std::chrono::microseconds(200);

std::atomic<void (*)()> watch{nullptr};

/// Thrown in a thread whose job has failed in another.
struct Stopped {};

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

  /// Call step(); the first exception of all threads is kept, and fails the job.
  template <class Step>
  void attempt(Step&& step) {
    try {
      step();
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
    }
  }
  void work(int me) {
    attempt([&] {
      for (Int block; may_stop(), (block = next++) < n_blocks;) (*body)(block, me);
    });
  }
};

/// What this thread is in the midst of.
struct Here {
  Job* job = nullptr;
  bool helps = false;  // one of the pool's: it never looks
  int skips = 0;       // questions before the clock is read again
  Clock::time_point read{}, next_look{};
};
thread_local Here here;

/// Puts this thread into a job, and back.
struct Within {
  Job* const outer;
  explicit Within(Job& job) : outer(std::exchange(here.job, &job)) {}
  ~Within() { here.job = outer; }
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
    while (!idle_.wait_for(lock, LOOK, [&] { return busy_ == 0; })) {
      lock.unlock();
      job.attempt(may_stop);
      lock.lock();
    }
  }

 private:
  void serve() {
    here.helps = true;
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
      {
        const Within within(*job);
        job->work(job->worker++);
      }
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

void set_watch(void (*look)()) { watch = look; }

void may_stop() {
  if (here.job && here.job->failed) throw Stopped{};
  if (here.helps || --here.skips > 0) return;
  const auto now = Clock::now();
  here.skips = now - here.read < SOON ? 8 : 1;
  here.read = now;
  if (now < here.next_look) return;
  here.next_look = now + LOOK;
  if (const auto look = watch.load()) look();
}

void each_block(Int n_blocks, int n_threads, const Body& body) {
  const int n_helpers = static_cast<int>(std::min<Int>(n_threads, n_blocks)) - 1;
  Job job{};
  job.body = &body;
  job.n_blocks = n_blocks;
  const Within within(job);
  std::unique_lock<std::mutex> sole;
  if (n_helpers > 0 && !within.outer) sole = std::unique_lock(pool().one_caller, std::try_to_lock);
  if (sole)
    pool().run(job, n_helpers);
  else
    job.work(0);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace covey
